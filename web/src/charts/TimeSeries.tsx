import { memo, useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react'
import { useComputedColorScheme } from '@mantine/core'
import uPlot from 'uplot'
import { formatMoment } from '../lib/time'
import { usePreferences } from '../lib/view'
import { timeTicks } from './ticks'

export type Line = {
  label: string
  /** A CSS variable: "--failed". */
  color: string
  values: (number | null)[]
  /** On an axis the highest tick stands beside, so that all take its unit. */
  format: (value: number | null, beside?: number) => string
  /** Lines of the same axis share a scale; the second axis stands on the right. */
  axis: 'left' | 'right'
  dashed?: boolean
  filled?: boolean
}

/** A moment worth a line across the chart: a release. */
export type Mark = { at: number; label: string }

type Props = {
  label: string
  /** Starts of the buckets in milliseconds. */
  times: number[]
  lines: Line[]
  marks?: Mark[]
  height?: number
  /** Called with the range that a person dragged over. */
  onZoom?: (from: number, to: number) => void
}

const noMarks: Mark[] = []

/** Dense lines over time. Arrow keys read it point by point, Shift makes steps of ten. */
export const TimeSeries = memo(function TimeSeries({ label, times, lines, marks = noMarks, height = 170, onZoom }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const { zone } = usePreferences()
  const scheme = useComputedColorScheme()
  const zoom = useEffectEvent((from: number, to: number) => onZoom?.(from, to))

  useEffect(() => {
    const element = box.current
    if (!element) return
    // A canvas does not follow CSS variables: it is drawn anew when the scheme changes.
    const css = getComputedStyle(element)
    const color = (name: string) => css.getPropertyValue(name).trim() || 'gray'
    const axis = { stroke: color('--muted'), font: '11px system-ui', ticks: { show: false }, grid: { stroke: color('--line'), width: 1 } }
    const valueAxis = (side: 'left' | 'right'): uPlot.Axis => {
      const line = lines.find((l) => l.axis === side)
      return {
        ...axis, scale: side, show: line !== undefined, side: side === 'left' ? 3 : 1, size: 58,
        grid: { ...axis.grid, show: side === 'left' },
        values: (_, splits) => splits.map((value) => line?.format(value, splits.at(-1)) ?? ''),
      }
    }
    const u = new uPlot(
      {
        width: element.clientWidth || 600,
        height,
        ms: 1,
        legend: { show: false },
        cursor: { drag: { x: onZoom !== undefined, y: false, setScale: false }, sync: { key: 'time' } },
        scales: { x: { time: true }, left: { range: fromZero }, right: { range: fromZero } },
        axes: [
          {
            ...axis, size: 24,
            splits: (self, _, from, to) => timeTicks(from, to, zone, Math.max(2, self.width / 110)).map((tick) => tick.at),
            values: (self, splits) => {
              const named = new Map(timeTicks(self.scales.x!.min!, self.scales.x!.max!, zone, Math.max(2, self.width / 110)).map((tick) => [tick.at, tick.label]))
              return splits.map((at) => named.get(at) ?? '')
            },
          },
          valueAxis('left'),
          valueAxis('right'),
        ],
        series: [
          {},
          ...lines.map((line): uPlot.Series => ({
            label: line.label, scale: line.axis, stroke: color(line.color), width: 1.5,
            // A line needs two points: one with nothing beside it is drawn as a dot.
            points: { show: true, size: 5, fill: color(line.color), filter: () => lonely(line.values) },
            ...(line.dashed ? { dash: [5, 3] } : {}),
            ...(line.filled ? { fill: color(`${line.color}-fill`) } : {}),
          })),
        ],
        hooks: {
          draw: [(self) => drawMarks(self, marks, color('--muted'), color('--mantine-color-body'))],
          setCursor: [(self) => setCursor(self.cursor.idx ?? null)],
          setSelect: [(self) => {
            if (self.select.width < 4) return
            zoom(self.posToVal(self.select.left, 'x'), self.posToVal(self.select.left + self.select.width, 'x'))
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          }],
        },
      },
      [times, ...lines.map((line) => line.values)],
      element,
    )
    plot.current = u
    const observer = new ResizeObserver(() => u.setSize({ width: element.clientWidth || 600, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      u.destroy()
    }
    // onZoom is read through the effect event; only whether it exists shapes the plot.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [times, lines, marks, height, zone, scheme, onZoom === undefined])

  const step = (event: KeyboardEvent) => {
    const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (!direction || times.length === 0) return
    event.preventDefault()
    const at = cursor === null ? times.length - 1 : cursor + direction * (event.shiftKey ? 10 : 1)
    const index = Math.max(0, Math.min(times.length - 1, at))
    plot.current?.setCursor({ left: plot.current.valToPos(times[index]!, 'x'), top: 10 }, false)
    setCursor(index)
  }
  const at = cursor === null ? undefined : times[cursor]
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions -- an application is interactive
    <div role="application" aria-roledescription="time series" aria-label={label} tabIndex={0} onKeyDown={step}>
      <div className="legend">
        {lines.map((line) => (
          <span key={line.label}>
            <i className={line.dashed ? 'dashed' : undefined} style={{ borderColor: `var(${line.color})` }} />
            {line.label} <b>{cursor === null ? '' : line.format(line.values[cursor] ?? null)}</b>
          </span>
        ))}
      </div>
      <div ref={box} />
      <div className="reading" aria-live="polite">
        {at === undefined ? `Arrow keys read points${onZoom ? '; drag to zoom' : ''}.` : `${formatMoment(at, zone, 'minute')}: ${lines.map((l) => `${l.label} ${l.format(l.values[cursor!] ?? null)}`).join(', ')}`}
      </div>
    </div>
  )
})

/** The points that no line reaches. */
export function lonely(values: (number | null)[]): number[] {
  return values.flatMap((value, i) => (value !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : []))
}

function fromZero(_: uPlot, __: number, max: number): [number, number] {
  return [0, max > 0 ? max * 1.08 : 1]
}

/** Dashed lines from top to bottom, each with its label at the top, which stays readable on lines; one that would cover the one before goes below it. */
function drawMarks(u: uPlot, marks: Mark[], color: string, background: string) {
  const { ctx, bbox } = u
  const pixel = devicePixelRatio
  let row = 0
  let taken = -Infinity
  ctx.save()
  ctx.fillStyle = color
  ctx.font = `${10 * pixel}px system-ui`
  ctx.textAlign = 'left'
  const shown = marks.map(({ at, label }) => ({ x: u.valToPos(at, 'x', true), label })).filter(({ x }) => x >= bbox.left && x <= bbox.left + bbox.width)
  ctx.strokeStyle = color
  ctx.setLineDash([2 * pixel, 3 * pixel])
  for (const { x } of shown) {
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.strokeStyle = background
  ctx.setLineDash([])
  ctx.lineWidth = 3 * pixel
  for (const { x, label } of shown) {
    const width = ctx.measureText(label).width + 4 * pixel
    const left = Math.min(x + 4 * pixel, bbox.left + bbox.width - width)
    row = left < taken ? row + 1 : 0
    taken = left + width
    ctx.strokeText(label, left, bbox.top + (9 + 12 * row) * pixel)
    ctx.fillText(label, left, bbox.top + (9 + 12 * row) * pixel)
  }
  ctx.restore()
}
