import { memo, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { formatCount, plural } from '../lib/format'
import { formatMoment } from '../lib/time'
import { usePreferences } from '../lib/view'
import { anchorOf, timeTicks } from './ticks'
import { useWidth } from './useWidth'

export type Bar = { calls: number; failed: number }

type Props = {
  /** Starts of the buckets in milliseconds, and the end of the last one. */
  edges: number[]
  bars: Bar[]
  onBrush: (from: number, to: number) => void
}

/** An anchor and the bar the pointer or the cursor is at, both inclusive. */
type Selection = { anchor: number; head: number }

const plotHeight = 70
const bottom = 18

/** How many calls when, and how many of them failed. Drag over it, or use arrows with Shift and Enter, to look closer. */
export const Histogram = memo(function Histogram({ edges, bars, onBrush }: Props) {
  const [box, width] = useWidth<HTMLDivElement>()
  const [selection, setSelection] = useState<Selection | null>(null)
  const [dragging, setDragging] = useState(false)
  const { zone } = usePreferences()
  const max = Math.max(1, ...bars.map((bar) => bar.calls))
  const first = selection && Math.min(selection.anchor, selection.head)
  const last = selection && Math.max(selection.anchor, selection.head)

  // The first and the last bucket may be cut by the range, so places come from times and not from indexes.
  const x = (at: number) => ((at - edges[0]!) / (edges.at(-1)! - edges[0]!)) * width
  const apply = () => {
    if (first !== null && last !== null) onBrush(edges[first]!, edges[last + 1]!)
    setSelection(null)
  }
  const barAt = (event: PointerEvent<Element>) => {
    const { left } = event.currentTarget.getBoundingClientRect()
    const after = edges.findIndex((edge) => x(edge) > event.clientX - left)
    return Math.max(0, Math.min(bars.length - 1, (after < 0 ? edges.length : after) - 1))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (event.key === 'Enter') apply()
    else if (event.key === 'Escape') setSelection(null)
    else if (direction) {
      const head = Math.max(0, Math.min(bars.length - 1, selection ? selection.head + direction : 0))
      setSelection({ anchor: event.shiftKey && selection ? selection.anchor : head, head })
    } else return
    event.preventDefault()
  }
  return (
    <div ref={box}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <svg role="application" aria-roledescription="histogram" aria-label="Calls over time, failed ones apart" tabIndex={0} className="plot" width={width} height={plotHeight + bottom}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDragging(true)
          setSelection({ anchor: barAt(event), head: barAt(event) })
        }}
        onPointerMove={(event) => dragging && selection && setSelection({ ...selection, head: barAt(event) })}
        onPointerUp={() => {
          setDragging(false)
          apply()
        }}>
        <line className="grid-line" x1={0} x2={width} y1={plotHeight} y2={plotHeight} />
        {bars.map((bar, i) => <Stack key={edges[i]} bar={bar} max={max} x={x(edges[i]!)} width={Math.max(1, x(edges[i + 1]!) - x(edges[i]!) - 1)} />)}
        {timeTicks(edges[0]!, edges.at(-1)!, zone, Math.max(2, width / 110)).map((tick) => (
          <text key={tick.at} className="axis" x={x(tick.at)} y={plotHeight + 13} textAnchor={anchorOf(x(tick.at), width)}>{tick.label}</text>
        ))}
        {first !== null && last !== null && <rect className="brush" x={x(edges[first]!)} y={0} width={x(edges[last + 1]!) - x(edges[first]!)} height={plotHeight} />}
      </svg>
      <div className="reading" aria-live="polite">{first !== null && last !== null ? `${formatMoment(edges[first]!, zone, 'minute')} – ${formatMoment(edges[last + 1]!, zone, 'minute')}: ${outcomes(bars.slice(first, last + 1))}` : `Peak ${formatCount(max)} calls; drag, or arrows with Shift and Enter, to look closer.`}</div>
    </div>
  )
})

function outcomes(bars: Bar[]) {
  const calls = bars.reduce((n, bar) => n + bar.calls, 0)
  const failed = bars.reduce((n, bar) => n + bar.failed, 0)
  return `${plural(calls, 'call')}, ${formatCount(failed)} failed`
}

function Stack({ bar, max, x, width }: { bar: Bar; max: number; x: number; width: number }) {
  const height = (calls: number) => (calls / max) * (plotHeight - 2)
  // A single failed call among thousands must still be seen.
  const failed = bar.failed > 0 ? Math.max(2, height(bar.failed)) : 0
  const fine = height(bar.calls - bar.failed)
  return (
    <>
      {failed > 0 && <rect className="tone-failed" x={x} y={plotHeight - failed} width={width} height={failed} />}
      {fine > 0 && <rect className="tone-ok" x={x} y={plotHeight - failed - fine} width={width} height={fine} />}
    </>
  )
}
