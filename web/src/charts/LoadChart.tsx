import { formatMs, formatRate, plural } from '../lib/format'
import type { LoadGroup } from './load'
import { useWidth } from './useWidth'

const height = 180
const pad = { left: 58, right: 12, top: 8, bottom: 22 }

/** Median and slow durations at each level of load: two lines over calls per second. */
export function LoadChart({ groups, label }: { groups: LoadGroup[]; label: string }) {
  const [frame, width] = useWidth<HTMLDivElement>()
  const most = groups.at(-1)!.load
  const slowest = Math.max(1e-3, ...groups.map((group) => Math.max(group.p50, group.p95)))
  const x = (load: number) => pad.left + (load / (most || 1)) * (width - pad.left - pad.right)
  const y = (ms: number) => pad.top + (1 - ms / slowest) * (height - pad.top - pad.bottom)
  const line = (of: 'p50' | 'p95') => groups.map((group, i) => `${i === 0 ? 'M' : 'L'}${x(group.load).toFixed(1)} ${y(group[of]).toFixed(1)}`).join('')
  return (
    <div ref={frame}>
      <svg width={width} height={height} role="img" aria-label={label} className="load-chart">
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line className="grid-line" x1={pad.left} x2={width - pad.right} y1={y(slowest * share)} y2={y(slowest * share)} />
            <text className="axis" x={pad.left - 6} y={y(slowest * share)} dy="0.32em" textAnchor="end">{formatMs(slowest * share)}</text>
          </g>
        ))}
        {[0, 0.5, 1].map((share) => (
          <text key={share} className="axis" x={x(most * share)} y={height - 6} textAnchor={share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}>{formatRate(most * share, most)}</text>
        ))}
        <path className="load-p50" d={line('p50')} />
        <path className="load-p95" d={line('p95')} />
        {groups.map((group, i) => (
          // Several groups may begin at the same load.
          // oxlint-disable-next-line react/no-array-index-key
          <g key={i}>
            <circle className="load-p50" cx={x(group.load)} cy={y(group.p50)} r={3} />
            <rect className="load-p95" x={x(group.load) - 3} y={y(group.p95) - 3} width={6} height={6}>
              <title>{`${formatRate(group.from, group.to)} to ${formatRate(group.to)}: p50 ${formatMs(group.p50)}, p95 ${formatMs(group.p95)}, ${plural(group.spans, 'span')} of time`}</title>
            </rect>
          </g>
        ))}
      </svg>
      <p className="legend"><span><i className="load-p50 dashed" />p50 ●</span><span><i className="load-p95" />p95 ■</span></p>
    </div>
  )
}
