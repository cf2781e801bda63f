import { memo, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { formatMs } from '../lib/format'
import type { WaterfallRow } from './waterfallRows'
import { useWidth } from './useWidth'

type Window = [number, number]
type Props = { rows: WaterfallRow[]; extent: Window; view: Window; onView: (view: Window) => void }

const height = 36

/** The whole session in a strip. Dragging over it, or + − ← → 0, chooses what the waterfall below shows. */
export const Minimap = memo(function Minimap({ rows, extent, view, onView }: Props) {
  const [box, width] = useWidth<HTMLDivElement>()
  const [drag, setDrag] = useState<Window | null>(null)
  const [from, to] = extent
  const scale = width / (to - from)
  const timeAt = (event: PointerEvent<Element>) => from + (event.clientX - event.currentTarget.getBoundingClientRect().left) / scale
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moveView(event.key, view, extent)
    if (!next) return
    event.preventDefault()
    onView(next)
  }
  const finish = () => {
    if (!drag) return
    const [a, b] = drag[0] < drag[1] ? drag : [drag[1], drag[0]]
    // A click without a drag shows everything again.
    onView((b - a) * scale < 4 ? extent : [Math.max(from, a), Math.min(to, b)])
    setDrag(null)
  }
  const [left, right] = drag ? [Math.min(...drag), Math.max(...drag)] : view
  return (
    <div ref={box}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <svg role="application" aria-roledescription="minimap" tabIndex={0} width={width} height={height} className="minimap plot"
        aria-label={`Shown: ${formatMs(left - from)} to ${formatMs(right - from)} of ${formatMs(to - from)}. Plus and minus zoom, arrows move, 0 shows all.`}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag([timeAt(event), timeAt(event)])
        }}
        onPointerMove={(event) => drag && setDrag([drag[0], timeAt(event)])}
        onPointerUp={finish}>
        {[...linesByLook(rows, from, scale)].map(([look, line]) => <path key={look} className={`mini ${look}`} d={line} />)}
        <rect className="shade" x={0} width={Math.max(0, (left - from) * scale)} y={0} height={height} />
        <rect className="shade" x={(right - from) * scale} width={Math.max(0, (to - right) * scale)} y={0} height={height} />
        <rect className="view-window" x={(left - from) * scale} width={Math.max(2, (right - left) * scale)} y={0.5} height={height - 1} />
      </svg>
    </div>
  )
})

/** One path for all rows that look alike: ten thousand elements would cost more than the whole page. */
function linesByLook(rows: WaterfallRow[], from: number, scale: number): Map<string, string> {
  const lines = new Map<string, string>()
  rows.forEach((row, i) => {
    const look = `k-${row.kind} t-${row.tone}`
    const x = ((row.start - from) * scale).toFixed(1)
    const y = 4 + Math.floor((i / rows.length) * (height - 8))
    const width = Math.max(1.5, (row.duration ?? 0) * scale).toFixed(1)
    lines.set(look, `${lines.get(look) ?? ''}M${x} ${y}h${width}`)
  })
  return lines
}

/** The window after a key, kept inside the extent; null when the key means nothing here. */
export function moveView(key: string, [a, b]: Window, [from, to]: Window): Window | null {
  const span = b - a
  const middle = (a + b) / 2
  switch (key) {
    case '+': case '=': return [middle - span / 4, middle + span / 4]
    case '-': return [Math.max(from, middle - span), Math.min(to, middle + span)]
    case 'ArrowLeft': return shift(-span / 5)
    case 'ArrowRight': return shift(span / 5)
    case '0': return [from, to]
    default: return null
  }
  function shift(by: number): Window {
    const bounded = Math.max(from - a, Math.min(to - b, by))
    return [a + bounded, b + bounded]
  }
}
