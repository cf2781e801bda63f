import type { CSSProperties } from 'react'
import type { RetentionAnswer } from '../../api/behaviour'
import { Scroll } from '../../components/Scroll'
import { formatCount, formatShare } from '../../lib/format'
import { laterWords, periodName, type Period } from '../../lib/periods'
import { usePreferences } from '../../lib/view'

type Props = {
  label: string
  answer: Pick<RetentionAnswer, 'rows' | 'mean'>
  period: Period
  /** Shares, or how many. */
  counts: boolean
  open?: string | undefined
  onOpen?: (cell: string) => void
}

const short: Record<Period, string> = { hour: 'h', day: 'd', week: 'w', month: 'm' }

/** Who came back, by when they came first: the darker a cell, the larger its share. */
export function RetentionTable({ label, answer: { rows, mean }, period, counts, open, onOpen }: Props) {
  const { zone } = usePreferences()
  const most = Math.max(0.01, ...rows.flatMap(({ size, counts: row }) => row.slice(1).map((n) => (n && size ? n / size : 0))))
  const depth = (share: number) => ({ '--depth': Math.sqrt(share / most).toFixed(2) }) as CSSProperties
  return (
    <Scroll label={label}>
      <table className="retention">
        <thead>
          <tr>
            <th scope="col">Came in the {period} of</th><th scope="col" className="number">How many</th>
            {mean.slice(1).map((_, i) => <th key={laterWords(i + 1, period)} scope="col" className="number" title={laterWords(i + 1, period)}><span aria-hidden>+{i + 1} {short[period]}</span><span className="hidden-text">{laterWords(i + 1, period)}</span></th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ cohort, size, counts: row }, r) => (
            <tr key={cohort}>
              <th scope="row">{periodName(cohort, period, zone)}</th>
              <td className="number">{onOpen && size > 0 ? <Cell at={`${r}-0`} open={open} onOpen={onOpen}>{formatCount(size)}</Cell> : formatCount(size)}</td>
              {row.slice(1).map((n, i) => {
                const column = laterWords(i + 1, period)
                if (n === null) return <td key={column} className="number muted" title="Not yet known"><span aria-hidden>·</span><span className="hidden-text">not yet known</span></td>
                if (size === 0) return <td key={column} className="number muted">–</td>
                const text = counts ? formatCount(n) : formatShare(n / size)
                return <td key={column} className="number cell" style={depth(n / size)} title={`${formatCount(n)} of ${formatCount(size)}, ${column}`}>{onOpen && n > 0 ? <Cell at={`${r}-${i + 1}`} open={open} onOpen={onOpen}>{text}</Cell> : text}</td>
              })}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr><th scope="row" colSpan={2}>On average</th>{mean.slice(1).map((share, i) => <td key={laterWords(i + 1, period)} className="number">{share === null ? <><span aria-hidden>·</span><span className="hidden-text">not yet known</span></> : formatShare(share)}</td>)}</tr>
        </tfoot>
      </table>
    </Scroll>
  )
}

function Cell({ at, open, onOpen, children }: { at: string; open: string | undefined; onOpen: (cell: string) => void; children: string }) {
  return <button type="button" className="number-button" aria-pressed={open === at} onClick={() => onOpen(at)}>{children}</button>
}
