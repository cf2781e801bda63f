// Usage is presets of breakdown: each view is one or two questions, and the joining of their rows.
import type { components } from '../../api/schema'
import type { BreakdownQuestion, SeriesAnswer, SeriesQuestion } from '../../api/types'
import type { Range } from '../../lib/time'
import { toIso } from '../../lib/time'

export type BreakdownAnswer = components['schemas']['BreakdownOutput']
type Row = BreakdownAnswer['rows'][number]
type Measure = BreakdownQuestion['measures'][number]

export const rowLimit = 500
const hour = 3_600_000

const of = ({ from, to }: Range) => ({ from: toIso(from), to: toIso(to) })

// What people do on purpose. Page views have a view of their own.
const deeds = 'kind in ["click", "submit", "change", "custom", "route_change"]'

/** Features by what was done, or to what. */
export function featureQuestion(range: Range, by: string): BreakdownQuestion {
  const people = (stat: string): Measure => ({ of: 'events', stat, where: deeds })
  return { ...of(range), breakdown: by === 'target' ? ['name', 'target'] : ['name'], limit: rowLimit, measures: [people('count'), people('people'), people('sessions')] }
}

export function causedQuestion(range: Range, by: string): BreakdownQuestion {
  return { ...of(range), breakdown: by === 'target' ? ['name', 'target'] : [by], limit: 1000, measures: [{ of: 'interactions', stat: 'sum:calls' }, { of: 'interactions', stat: 'sum:failed' }, { of: 'interactions', stat: 'p95:slowest_ms' }] }
}

/** Forty or so columns, whatever the range. */
export function trendQuestion(range: Range, by: string): SeriesQuestion {
  const span = range.to - range.from
  const bucket = span <= hour ? '1m' : span <= 4 * hour ? '5m' : span <= 50 * hour ? '1h' : span <= 60 * 24 * hour ? '1d' : '1w'
  return { ...of(range), bucket, breakdown: by === 'target' ? ['name', 'target'] : ['name'], limit: rowLimit, measures: [{ of: 'events', where: deeds }] }
}

/** A feature; target is null where rows are not told apart by it. */
export type Feature = { name: string; target: string | null; count: number; people: number; sessions: number; calls: number | null; failed: number | null; slowest: number | null; trend: (number | null)[] }

/** What a row is: unlike texts never give the same key. */
export function keyOf(labels: Record<string, string | null>): string {
  return JSON.stringify([labels.name ?? labels.page ?? '', labels.target ?? ''])
}

export function features(asked: BreakdownAnswer, caused: BreakdownAnswer | undefined, trend: SeriesAnswer | undefined): Feature[] {
  const causedBy = new Map(caused?.rows.map((row) => [keyOf(row.labels), row.values]))
  const trends = new Map(trend?.series.map((line) => [keyOf(line.labels), line.values]))
  return asked.rows.filter((row) => row.values[0]).map((row) => {
    const [calls = null, failed = null, slowest = null] = causedBy.get(keyOf(row.labels)) ?? []
    const [count, people, sessions] = row.values
    return { name: row.labels.name ?? '', target: row.labels.target ?? null, count: count ?? 0, people: people ?? 0, sessions: sessions ?? 0, calls, failed, slowest, trend: trends.get(keyOf(row.labels)) ?? [] }
  })
}

/** Which of the web vitals, however its sender writes the name. */
const vital = (name: string): Measure => ({ of: 'events', stat: 'p75:properties.value', where: `kind == "web_vital" && (properties.name.matches("(?i)^${name}$") || name.matches("(?i)^${name}$"))` })

export function pageQuestion(range: Range): BreakdownQuestion {
  const views = (stat: string): Measure => ({ of: 'events', stat, where: 'kind == "page_view" || kind == "route_change"' })
  return {
    ...of(range), breakdown: ['page_route'], limit: rowLimit,
    measures: [views('count'), views('people'), views('sessions'), { of: 'events', stat: 'sum:properties.engaged_ms' }, vital('lcp'), vital('inp'), vital('cls'), { of: 'events', where: 'kind == "error"' }],
  }
}

export function exitQuestion(range: Range): BreakdownQuestion {
  return { ...of(range), breakdown: ['exit_page'], limit: 1000, measures: [{ of: 'sessions' }] }
}

export type PageRow = {
  page: string; views: number; people: number; sessions: number; engaged: number | null; lcp: number | null; inp: number | null; cls: number | null; errors: number
  calls: number | null; failed: number | null; slowest: number | null; exits: number
}

export function pageRows(asked: BreakdownAnswer, caused: BreakdownAnswer | undefined, exits: BreakdownAnswer | undefined): PageRow[] {
  const causedOn = new Map(caused?.rows.map((row) => [row.labels.page ?? '', row.values]))
  const left = new Map(exits?.rows.map((row) => [row.labels.exit_page ?? '', row.values[0] ?? 0]))
  return asked.rows.filter((row) => row.labels.page_route).map((row) => {
    const page = row.labels.page_route!
    const [views, people, sessions, visible, lcp = null, inp = null, cls = null, errors] = row.values
    const [calls = null, failed = null, slowest = null] = causedOn.get(page) ?? []
    return { page, views: views ?? 0, people: people ?? 0, sessions: sessions ?? 0, engaged: visible && views ? visible / views : null, lcp, inp, cls, errors: errors ?? 0, calls, failed, slowest, exits: left.get(page) ?? 0 }
  })
}

export function costQuestion(range: Range): BreakdownQuestion {
  return {
    ...of(range), breakdown: ['endpoint'], limit: rowLimit,
    measures: [{ of: 'calls', stat: 'sum:duration_ms' }, { of: 'calls' }, { of: 'calls', stat: 'people' }, { of: 'calls', stat: 'p95' }, { of: 'calls', stat: 'failed' }],
  }
}

export type Cost = { endpoint: string; time: number; share: number; calls: number; people: number; perPerson: number | null; p95: number | null; failed: number; verdict: '' | 'little used, costly' }

/**
 * What each endpoint costs and whom it serves. Little used and costly: at least 5 % of the server's time, for fewer than a quarter
 * of the people that the most used endpoint has. Where nobody is known, nothing is said.
 */
export function costs({ rows }: BreakdownAnswer): Cost[] {
  const total = rows.reduce((sum, row) => sum + (row.values[0] ?? 0), 0)
  const most = Math.max(0, ...rows.map((row) => row.values[2] ?? 0))
  return rows.map(({ labels, values: [time, calls, people, p95, failed] }) => {
    const share = total > 0 ? (time ?? 0) / total : 0
    return {
      endpoint: labels.endpoint ?? '', time: time ?? 0, share, calls: calls ?? 0, people: people ?? 0, perPerson: people ? (time ?? 0) / people : null, p95: p95 ?? null, failed: failed ?? 0,
      verdict: share >= 0.05 && people && people < most / 4 ? 'little used, costly' : '',
    }
  })
}

/** What the API says no with, and what a client may be told by. */
export const refusals = [401, 403, 404, 429] as const
export const clients: { value: string; label: string }[] = [
  { value: 'browser', label: 'User agent' }, { value: 'account_id', label: 'Account' }, { value: 'user_id', label: 'User or key' }, { value: 'device_id', label: 'Device' }, { value: 'bot', label: 'Bot' },
]

export function refusedQuestion(range: Range, by: string): BreakdownQuestion {
  return {
    ...of(range), filter: `call.status in [${refusals.join(', ')}]`, breakdown: [by, 'endpoint'], limit: rowLimit,
    measures: [{ of: 'calls' }, ...refusals.map((status): Measure => ({ of: 'calls', where: `status == ${status}` })), { of: 'calls', stat: 'people' }],
  }
}

export type Refused = { client: string; endpoint: string; count: number; byStatus: number[]; people: number }

export function refused({ rows }: { rows: Row[] }, by: string): Refused[] {
  return rows.map(({ labels, values }) => ({
    client: labels[by] ?? '', endpoint: labels.endpoint ?? '', count: values[0] ?? 0, byStatus: refusals.map((_, i) => values[i + 1] ?? 0), people: values[refusals.length + 1] ?? 0,
  }))
}
