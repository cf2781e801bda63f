import { useState, type KeyboardEvent } from 'react'
import { formatMs, formatShare } from '../lib/format'
import { useWidth } from './useWidth'
import './dose.css'

export type Dose = { ms: number; n: number; rate: number; low: number; high: number; /** What was seen, adjusted for nothing. */ seen: number }

type Props = { label: string; points: Dose[]; /** Where the curve bends; null = nowhere. */ knee: number | null; target: number; describe: (index: number) => string }

const height = 220
const pad = { left: 52, right: 14, top: 16, bottom: 34 }

/** A goal's rate over how long calls took, with its band: the time axis doubles from tick to tick. Arrow keys read the points. */
export function DoseResponse({ label, points, knee, target, describe }: Props) {
  const [frame, width] = useWidth<HTMLDivElement>()
  const [at, setAt] = useState<number | null>(null)
  const [first, last] = [points[0]!.ms, points.at(-1)!.ms]
  const [from, to] = [Math.log2(Math.max(1, Math.min(first, target))), Math.log2(Math.max(2, last, target, first * 2))]
  const top = Math.min(1, Math.max(0.01, ...points.map(({ high, seen }) => Math.max(high, seen))) * 1.05)
  const bottom = Math.max(0, Math.min(...points.map(({ low, seen }) => Math.min(low, seen))) * 0.9)
  const x = (ms: number) => pad.left + ((Math.log2(Math.max(1, ms)) - from) / (to - from || 1)) * (width - pad.left - pad.right)
  const y = (rate: number) => pad.top + (1 - (Math.max(bottom, Math.min(top, rate)) - bottom) / (top - bottom || 1)) * (height - pad.top - pad.bottom)
  const path = (of: (point: Dose) => number, list = points) => list.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.ms).toFixed(1)} ${y(of(point)).toFixed(1)}`).join('')
  const band = `${path(({ high }) => high)}${path(({ low }) => low, points.toReversed()).replace('M', 'L')}Z`
  const most = Math.max(1, ...points.map(({ n }) => n))
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (event.key === 'Escape') setAt(null)
    else if (by) setAt(at === null ? 0 : Math.max(0, Math.min(points.length - 1, at + by)))
    else return
    event.preventDefault()
  }
  return (
    <div>
      <div ref={frame}>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions -- arrow keys read the curve */}
        <svg role="application" aria-roledescription="curve" aria-label={label} tabIndex={0} className="dose" width={width} height={height} onKeyDown={onKeyDown} onPointerLeave={() => setAt(null)}>
          {[0, 0.5, 1].map((share) => {
            const rate = bottom + share * (top - bottom)
            return <g key={share}><line className="grid-line" x1={pad.left} x2={width - pad.right} y1={y(rate)} y2={y(rate)} /><text className="axis" x={pad.left - 6} y={y(rate)} dy="0.32em" textAnchor="end">{formatShare(rate)}</text></g>
          })}
          {ticksOf(from, to, width).map((ms) => <text key={ms} className="axis" x={x(ms)} y={height - 18} textAnchor="middle">{formatMs(ms)}</text>)}
          <text className="axis" x={width - pad.right} y={height - 4} textAnchor="end">how long the call took</text>
          <path className="dose-band" d={band} />
          <Marker x={x(target)} y={pad.top} text={`target ${formatMs(target)}`} end={x(target) > width * 0.7} kind="target" />
          {knee !== null && <Marker x={x(knee)} y={pad.top + 13} text={`knee ${formatMs(knee)}`} end={x(knee) > width * 0.7} kind="knee" />}
          <path className="dose-line" d={path(({ rate }) => rate)} />
          {points.map((point, i) => (
            <g key={point.ms} className={i === at ? 'here' : undefined} onPointerEnter={() => setAt(i)}>
              <rect className="dose-reach" x={x(point.ms) - 10} y={pad.top} width={20} height={height - pad.top - pad.bottom} />
              <circle className="dose-seen" cx={x(point.ms)} cy={y(point.seen)} r={2 + 3 * Math.sqrt(point.n / most)} />
              <circle className="dose-point" cx={x(point.ms)} cy={y(point.rate)} r={3} />
            </g>
          ))}
        </svg>
      </div>
      <div className="reading" aria-live="polite">{at === null ? 'Pointer or arrow keys read the points.' : describe(at)}</div>
      <p className="legend"><span><i className="dose-line" />were all calls so slow</span><span><i className="dose-band-key" />95 % interval</span><span><b className="dose-dot" />seen, adjusted for nothing; larger is more calls</span></p>
    </div>
  )
}

function Marker({ x, y, text, end, kind }: { x: number; y: number; text: string; end: boolean; kind: 'knee' | 'target' }) {
  return (
    <g className={`dose-mark ${kind}`}>
      <line x1={x} x2={x} y1={pad.top} y2={height - pad.bottom} />
      <text x={x + (end ? -4 : 4)} y={y} dy="-0.3em" textAnchor={end ? 'end' : 'start'}>{text}</text>
    </g>
  )
}

/** Doublings of 1, 2 or 5 at round numbers, as many as have room. */
function ticksOf(from: number, to: number, width: number): number[] {
  const all = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 60_000, 120_000].filter((ms) => Math.log2(ms) >= from && Math.log2(ms) <= to)
  const room = Math.max(2, Math.floor((width - pad.left) / 70))
  const every = Math.ceil(all.length / room)
  return all.filter((_, i) => i % every === 0)
}
