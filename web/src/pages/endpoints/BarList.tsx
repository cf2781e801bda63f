import { CallsLink } from '../../components/values'
import { formatCount } from '../../lib/format'
import './endpoints.css'

type Bar = { label: string; count: number; tone: 'ok' | 'refused' | 'failed'; filter: string }

/** Values by how often they occur; each count opens its calls. */
export function BarList({ bars }: { bars: Bar[] }) {
  const max = Math.max(1, ...bars.map((bar) => bar.count))
  return (
    <ul className="bar-list">
      {bars.map(({ label, count, tone, filter }) => (
        <li key={label}>
          <span className={tone === 'ok' ? 'cut' : `cut ${tone}`}>{label}</span>
          <span className="bar-track"><i className={`bar-${tone}`} style={{ width: `${(count / max) * 100}%` }} /></span>
          <CallsLink filter={filter}>{formatCount(count)}</CallsLink>
        </li>
      ))}
    </ul>
  )
}
