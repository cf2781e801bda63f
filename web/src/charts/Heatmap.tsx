import { memo, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import { formatDuration, plural } from '../lib/format'
import { formatMoment } from '../lib/time'
import { usePreferences } from '../lib/view'
import { anchorOf, timeTicks } from './ticks'
import { useWidth } from './useWidth'

export type HeatmapData = {
  /** Starts of the columns in milliseconds, and the end of the last one. */
  edges: number[]
  /** Upper bounds of the rows in microseconds, ascending. */
  bounds: number[]
  /** counts[column][row] */
  counts: number[][]
}

type Props = { data: HeatmapData; onPick?: (column: number, row: number) => void }
type Cell = { column: number; row: number }

const left = 58
const bottom = 20
const plotHeight = 190
const steps: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

/** Durations over time: the darker a cell, the more calls took that long then. Arrow keys read it, Enter opens the calls. */
export const Heatmap = memo(function Heatmap({ data, onPick }: Props) {
  const [frame, width] = useWidth<HTMLDivElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [cursor, setCursor] = useState<Cell | null>(null)
  const { zone } = usePreferences()
  const scheme = useComputedColorScheme()
  const { edges, bounds, counts } = data
  // The first and the last column may be cut by the range, so places come from times and not from indexes.
  const x = (at: number) => left + ((at - edges[0]!) / (edges.at(-1)! - edges[0]!)) * (width - left)
  const cellHeight = plotHeight / Math.max(1, bounds.length)

  useEffect(() => {
    if (canvas.current) drawCells(canvas.current, data, width - left)
  }, [data, width, scheme])

  const clamp = (cell: Cell): Cell => ({
    column: Math.max(0, Math.min(counts.length - 1, cell.column)),
    row: Math.max(0, Math.min(bounds.length - 1, cell.row)),
  })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && cursor) onPick?.(cursor.column, cursor.row)
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    setCursor(clamp(cursor ? { column: cursor.column + step[0], row: cursor.row + step[1] } : { column: 0, row: 0 }))
  }
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const after = edges.findIndex((edge) => x(edge) > event.clientX - box.left)
    setCursor(clamp({ column: (after < 0 ? edges.length : after) - 1, row: Math.floor((plotHeight - (event.clientY - box.top)) / cellHeight) }))
  }
  const labelEvery = Math.ceil(16 / cellHeight)
  return (
    <div ref={frame}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div role="application" aria-roledescription="heatmap" aria-label="Durations over time" tabIndex={0} className="heatmap" style={{ position: 'relative', height: plotHeight + bottom }}
        onKeyDown={onKeyDown} onPointerMove={onPointerMove} onClick={() => cursor && onPick?.(cursor.column, cursor.row)}>
        <canvas ref={canvas} aria-hidden style={{ position: 'absolute', left, top: 0, width: width - left, height: plotHeight }} />
        <svg width={width} height={plotHeight + bottom} aria-hidden style={{ position: 'absolute', inset: 0 }}>
          {bounds.map((bound, row) => row % labelEvery === 0 && (
            <text key={bound} className="axis" x={left - 6} y={plotHeight - (row + 0.5) * cellHeight} dy="0.32em" textAnchor="end">{formatDuration(bound)}</text>
          ))}
          {timeTicks(edges[0]!, edges.at(-1)!, zone, Math.max(2, width / 110)).map((tick) => (
            <text key={tick.at} className="axis" x={x(tick.at)} y={plotHeight + 14} textAnchor={anchorOf(x(tick.at), width)}>{tick.label}</text>
          ))}
          {cursor && <rect className="cell-cursor" x={x(edges[cursor.column]!)} y={plotHeight - (cursor.row + 1) * cellHeight} width={x(edges[cursor.column + 1]!) - x(edges[cursor.column]!)} height={cellHeight} />}
        </svg>
      </div>
      <div className="reading" aria-live="polite">
        {cursor
          ? `${formatMoment(edges[cursor.column]!, zone, 'minute')}, up to ${formatDuration(bounds[cursor.row])}: ${plural(counts[cursor.column]?.[cursor.row] ?? 0, 'call')}`
          : 'Arrow keys or pointer read a cell; Enter or a click opens its calls.'}
      </div>
    </div>
  )
})

const shades = 7

function drawCells(canvas: HTMLCanvasElement, { edges, counts }: HeatmapData, width: number) {
  const context = canvas.getContext('2d')
  if (!context || width <= 0) return
  const ratio = devicePixelRatio || 1
  canvas.width = width * ratio
  canvas.height = plotHeight * ratio
  context.scale(ratio, ratio)
  const css = getComputedStyle(canvas)
  const ramp = Array.from({ length: shades }, (_, i) => css.getPropertyValue(`--seq-${i}`).trim())
  // Square roots keep the rare slow calls visible beside the many fast ones.
  const max = Math.sqrt(Math.max(1, ...counts.flat()))
  const scale = width / (edges.at(-1)! - edges[0]!)
  counts.forEach((column, i) => column.forEach((count, row) => {
    if (count === 0) return
    const w = (edges[i + 1]! - edges[i]!) * scale
    const h = plotHeight / column.length
    context.fillStyle = ramp[Math.min(shades - 1, Math.floor((Math.sqrt(count) / max) * shades))] ?? 'gray'
    context.fillRect((edges[i]! - edges[0]!) * scale, plotHeight - (row + 1) * h, Math.max(1, w - 0.5), Math.max(1, h - 0.5))
  }))
}
