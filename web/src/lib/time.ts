// Points in time: written in UTC or in the reader's zone, always with 24 hours; ranges are relative to now or absolute.
import { pad } from './format'

export type Zone = 'utc' | 'local'

/** A half-open range in milliseconds since the epoch. */
export type Range = { from: number; to: number }

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
export const defaultRange = '24h'

/** "15m", "24h", "7d" in milliseconds; null when the text is not such a duration. */
export function parseRelative(text: string): number | null {
  const match = /^(\d{1,5})([mhdw])$/.exec(text)
  if (!match) return null
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
  return ms > 0 ? ms : null
}

/** Reads the range that the URL names. What it does not name, or names wrongly, falls back to the last 24 hours. */
export function resolveRange(from: string | undefined, to: string | undefined, now: number): Range {
  const end = (to && parseInstant(to)) || now
  const relative = parseRelative(from ?? defaultRange)
  const start = relative ? end - relative : from && parseInstant(from)
  if (start && start < end) return { from: start, to: end }
  return { from: end - parseRelative(defaultRange)!, to: end }
}

export function parseInstant(text: string): number | null {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}

export function toIso(ms: number): string {
  return new Date(ms).toISOString()
}

type Parts = { year: number; month: number; day: number; hour: number; minute: number; second: number; ms: number }

function partsOf(ms: number, zone: Zone): Parts {
  const d = new Date(ms)
  if (zone === 'utc') {
    return {
      year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(),
      hour: d.getUTCHours(), minute: d.getUTCMinutes(), second: d.getUTCSeconds(), ms: d.getUTCMilliseconds(),
    }
  }
  return {
    year: d.getFullYear(), month: d.getMonth() + 1, day: d.getDate(),
    hour: d.getHours(), minute: d.getMinutes(), second: d.getSeconds(), ms: d.getMilliseconds(),
  }
}

export function formatDate(ms: number, zone: Zone): string {
  const p = partsOf(ms, zone)
  return `${p.year}-${pad(p.month)}-${pad(p.day)}`
}

/** "14:05" — with seconds or milliseconds when asked. */
export function formatClock(ms: number, zone: Zone, precision: 'minute' | 'second' | 'milli' = 'second'): string {
  const p = partsOf(ms, zone)
  const minute = `${pad(p.hour)}:${pad(p.minute)}`
  if (precision === 'minute') return minute
  const second = `${minute}:${pad(p.second)}`
  return precision === 'second' ? second : `${second}.${String(p.ms).padStart(3, '0')}`
}

/** "11-23 14:05:09": a moment in a list, where the year is clear. */
export function formatMoment(ms: number, zone: Zone, precision: 'minute' | 'second' | 'milli' = 'second'): string {
  return `${formatDate(ms, zone).slice(5)} ${formatClock(ms, zone, precision)}`
}

export function zoneName(zone: Zone): string {
  return zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** "3 min ago": how long before now, in the largest unit that fits. */
export function formatAgo(ms: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - ms) / 1000))
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** The text a person edits for a moment: the browser's own picker would follow its locale into AM and PM. */
export function toInputValue(ms: number, zone: Zone): string {
  return `${formatDate(ms, zone)} ${formatClock(ms, zone, 'minute')}`
}

/** Reads "2026-11-23 14:05", or a date alone as its midnight; null when the text is neither. */
export function fromInputValue(value: string, zone: Zone): number | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?$/.exec(value.trim())
  return match && parseInstant(`${match[1]}T${match[2] ?? '00:00'}${zone === 'utc' ? 'Z' : ''}`)
}

/** A range in words, with the year where it is not the current one. */
export function formatRange({ from, to }: Range, zone: Zone, now: number): string {
  const year = formatDate(now, zone).slice(0, 4)
  const write = (ms: number) => (formatDate(ms, zone).startsWith(year) ? formatMoment(ms, zone, 'minute') : toInputValue(ms, zone))
  return `${write(from)} – ${write(to)}`
}
