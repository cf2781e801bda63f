import { formatDuration, formatShare } from '../../lib/format'
import { partsOf } from './words'
import './verdict.css'

type Waits = Parameters<typeof partsOf>[0]

/** What a wait was made of: a bar, and the same in words below it. */
export function WaitBar({ waited, label }: { waited: Waits; label: string }) {
  const parts = partsOf(waited)
  const total = parts.reduce((sum, { us }) => sum + us, 0)
  if (total === 0) return null
  return (
    <div className="wait">
      <div className="wait-bar" aria-hidden>{parts.map(({ id, us }) => <i key={id} data-part={id} style={{ width: `${(100 * us) / total}%` }} />)}</div>
      <ul className="wait-parts" aria-label={label}>{parts.map(({ id, label: name, us }) => <li key={id}><i aria-hidden data-part={id} />{name} <b>{formatDuration(us)}</b> <span className="muted">{formatShare(us / total)}</span></li>)}</ul>
    </div>
  )
}
