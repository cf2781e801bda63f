// Calendar periods as the API names them: by the local date of their begin, hours by their time in UTC.
import { formatDate, formatMoment, toIso, type Range, type Zone } from './time'

export type Period = 'hour' | 'day' | 'week' | 'month'

export const periods = [{ value: 'hour', label: 'hours' }, { value: 'day', label: 'days' }, { value: 'week', label: 'weeks' }, { value: 'month', label: 'months' }] as const

const day = 86_400_000

/** The period that cuts a range into a readable number of parts. */
export function usualPeriod({ from, to }: Range): Period {
  const days = (to - from) / day
  return days <= 3 ? 'hour' : days <= 45 ? 'day' : days <= 400 ? 'week' : 'month'
}

/** The name of the period that a moment is in. */
export function periodOf(at: number, period: Period, zone: Zone, sunday = false): string {
  if (period === 'hour') return toIso(at - (at % 3_600_000))
  const date = formatDate(at, zone)
  if (period === 'month') return `${date.slice(0, 7)}-01`
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
  const back = period === 'week' ? (weekday + (sunday ? 0 : 6)) % 7 : 0
  return formatDate(Date.parse(`${date}T00:00:00Z`) - back * day, 'utc')
}

/** When the period begins that comes n periods after the named one. */
export function periodStart(name: string, period: Period, n: number, zone: Zone): number {
  if (period === 'hour') return Date.parse(name) + n * 3_600_000
  const [y = 1970, m = 1, d = 1] = name.split('-').map(Number)
  const date: [number, number, number] = period === 'month' ? [y, m - 1 + n, 1] : [y, m - 1, d + n * (period === 'week' ? 7 : 1)]
  return zone === 'utc' ? Date.UTC(...date) : new Date(...date).getTime()
}

/** "11-27 14:00", "11-27", "week of 11-23", "2026-11" */
export function periodName(name: string, period: Period, zone: Zone): string {
  if (period === 'hour') return formatMoment(Date.parse(name), zone, 'minute')
  return period === 'month' ? name.slice(0, 7) : `${period === 'week' ? 'week of ' : ''}${name.slice(5)}`
}

/** "the next day", "3 weeks later" */
export function laterWords(n: number, period: Period): string {
  return n === 1 ? (period === 'hour' ? 'an hour later' : `the next ${period}`) : `${n} ${period}s later`
}
