import type { BlastAnswer } from '../../api/blast'
import { ChartFrame } from '../../charts/ChartFrame'
import { useWidth } from '../../charts/useWidth'
import { formatCount, plural } from '../../lib/format'
import { formatMoment } from '../../lib/time'
import { usePreferences } from '../../lib/view'

const height = 120
const pad = { left: 34, right: 4, top: 6, bottom: 18 }

/** When people were first hit; the part of each column that was lost stands out. */
export function FirstHits({ answer: { first_hits: all, bucket_seconds: seconds } }: { answer: BlastAnswer }) {
  const { zone } = usePreferences()
  const [frame, width] = useWidth<HTMLDivElement>()
  const [first, last] = [all.findIndex(({ people }) => people > 0), all.findLastIndex(({ people }) => people > 0)]
  const hits = all.slice(Math.max(0, first - 1), last + 2)
  const most = Math.max(1, ...hits.map(({ people }) => people))
  const peak = hits.find(({ people }) => people === most)
  const step = (width - pad.left - pad.right) / Math.max(1, hits.length)
  const y = (n: number) => pad.top + (1 - n / most) * (height - pad.top - pad.bottom)
  const clock = (at: string) => formatMoment(Date.parse(at), zone, 'minute')
  const columns = ['From', 'People first hit', 'Recovered', 'Converted later', 'Returned', 'Lost', 'Still open']
  const rows = hits.map(({ from, people, came }) => [clock(from), people, came.recovered, came.converted_later, came.returned, came.lost, came.open])
  return (
    <ChartFrame title={peak ? `Most were first hit at ${clock(peak.from)}: ${plural(most, 'person', 'people')} in ${lengthWords(seconds)}` : 'When they were first hit'} finding="People by when they were first hit; the red part was lost." columns={columns} rows={rows}>
      <div ref={frame}>
        <svg width={width} height={height} role="img" aria-label="People by when they were first hit" className="first-hits">
          {[0, most].map((n) => <g key={n}><line className="grid-line" x1={pad.left} x2={width - pad.right} y1={y(n)} y2={y(n)} /><text className="axis" x={pad.left - 5} y={y(n)} dy="0.32em" textAnchor="end">{formatCount(n)}</text></g>)}
          {hits.map(({ from, people, came }, i) => (
            <g key={from}>
              <title>{`${clock(from)}: ${plural(people, 'person', 'people')}, ${formatCount(came.lost)} lost`}</title>
              <rect className="tone-ok" x={pad.left + i * step + 1} width={Math.max(1, step - 2)} y={y(people)} height={y(0) - y(people)} />
              <rect className="tone-failed" x={pad.left + i * step + 1} width={Math.max(1, step - 2)} y={y(came.lost)} height={y(0) - y(came.lost)} />
            </g>
          ))}
          {hits.length > 0 && <text className="axis" x={pad.left} y={height - 4}>{clock(hits[0]!.from)}</text>}
          {hits.length > 1 && <text className="axis" x={width - pad.right} y={height - 4} textAnchor="end">{clock(hits.at(-1)!.from)}</text>}
        </svg>
      </div>
    </ChartFrame>
  )
}

function lengthWords(seconds: number): string {
  return seconds % 86_400 === 0 ? plural(seconds / 86_400, 'day') : seconds % 3600 === 0 ? plural(seconds / 3600, 'hour') : plural(seconds / 60, 'minute')
}
