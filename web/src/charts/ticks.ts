import { scaleTime, scaleUtc } from 'd3-scale'
import { formatClock, formatDate, type Zone } from '../lib/time'

export type Tick = { at: number; label: string }

/** Round moments for a time axis, about count of them; midnight shows the date. */
export function timeTicks(from: number, to: number, zone: Zone, count: number): Tick[] {
  const scale = (zone === 'utc' ? scaleUtc() : scaleTime()).domain([from, to])
  return scale.ticks(count).map((date) => {
    const at = date.getTime()
    const precision = at % 1000 ? 'milli' : at % 60_000 ? 'second' : 'minute'
    const clock = formatClock(at, zone, precision)
    return { at, label: clock === '00:00' ? formatDate(at, zone).slice(5) : clock }
  })
}

/** Where a label at x hangs, so that those at the ends of the axis are not cut. */
export function anchorOf(x: number, width: number): 'start' | 'middle' | 'end' {
  if (x < 20) return 'start'
  return x > width - 20 ? 'end' : 'middle'
}
