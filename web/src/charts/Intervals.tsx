import { useWidth } from './useWidth'
import './intervals.css'

type Range = readonly [number, number] | readonly number[]
type Props = { value: number; range: Range; /** What all rows of a table span, so that they compare. */ extent: readonly [number, number]; tone: 'failed' | 'good' | 'muted'; label: string }

const height = 16

/** A number with its interval on a common scale, with a mark at nothing. The words beside it say the same. */
export function Interval({ value, range: [low = value, high = value], extent: [from, to], tone, label }: Props) {
  const [frame, width] = useWidth<HTMLDivElement>(160)
  const x = (n: number) => 4 + ((Math.max(from, Math.min(to, n)) - from) / (to - from || 1)) * (width - 8)
  return (
    <div ref={frame} className={`interval ${tone}`} role="img" aria-label={label}>
      <svg width={width} height={height} aria-hidden>
        <line className="nothing" x1={x(0)} x2={x(0)} y1={0} y2={height} />
        <line className="span" x1={x(low)} x2={x(high)} y1={height / 2} y2={height / 2} />
        {low < from && <path d={`M${x(from)} 8l5 -4v8z`} />}
        {high > to && <path d={`M${x(to)} 8l-5 -4v8z`} />}
        <circle cx={x(value)} cy={height / 2} r={3.5} />
      </svg>
    </div>
  )
}

/** From the least to the most of all intervals, with nothing in it; a few very wide ones do not shrink the rest. */
export function extentOf(rows: { value: number; range: Range }[]): readonly [number, number] {
  const edge = (pick: (range: Range) => number, value: (n: number[]) => number) => {
    const most = value([0, ...rows.map(({ value: n }) => n)])
    const far = value([0, ...rows.map(({ range }) => pick(range))])
    return Math.abs(far) > 4 * Math.abs(most) + 1e-9 && most !== 0 ? 4 * most : far
  }
  return [edge((range) => range[0] ?? 0, (n) => Math.min(...n)), edge((range) => range[1] ?? 0, (n) => Math.max(...n))]
}
