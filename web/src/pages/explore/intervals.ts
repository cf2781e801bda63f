// Who is behind the bars of lifecycle and stickiness.
import type { LifecycleQuestion } from '../../api/behaviour'
import { didIn, ever, type Members } from '../../lib/members'
import { periodOf, periodStart, type Period } from '../../lib/periods'
import type { Range, Zone } from '../../lib/time'
import type { Kind } from './explore'

type Question = LifecycleQuestion & { period: Period; period_count: number }

/** Those of one kind in an interval, as sets. Somebody is born with the first event of any kind, or with the first match. */
export function lifecycleMembers(question: Question, intervals: string[], at: number, kind: Kind, range: Range, zone: Zone): Members {
  const { of, period, period_count: n, count_by, filter, timezone = 'UTC' } = question
  const common = { timezone, ...(filter ? { filter } : {}), ...(count_by ? { count_by } : {}) }
  const start = (i: number) => periodStart(intervals[at]!, period, i * n, zone)
  const now = didIn(of, Math.max(start(0), range.from), Math.min(start(1), range.to), common)
  // In the interval before the first any match counts, in the others those in range.
  const before = didIn(of, at === 0 ? start(-1) : Math.max(start(-1), range.from), start(0), common)
  if (kind === 'returning') return { all: [[now], [before]], none: [] }
  if (kind === 'dormant') return { all: [[before]], none: [now] }
  const { filter: _, ...anyhow } = common
  const born = [didIn({ event: '*' }, ever, start(0), anyhow), didIn(of, ever, start(0), anyhow)]
  return kind === 'new' ? { all: [[now]], none: born } : { all: [[now], born], none: [before] }
}

const mostIntervals = 31

/** Those who were there in exactly so many intervals; null where that would be too many questions. */
export function stickinessMembers(question: Question, intervals: number, times: number, range: Range, zone: Zone): Members | null {
  if (intervals > mostIntervals) return null
  const { of, period, period_count: n, count_by, filter, timezone = 'UTC', week_start } = question
  const common = { timezone, ...(filter ? { filter } : {}), ...(count_by ? { count_by } : {}) }
  const first = periodOf(range.from, period, zone, week_start === 'sunday')
  const start = (i: number) => periodStart(first, period, i * n, zone)
  return { all: Array.from({ length: intervals }, (_, i) => [didIn(of, Math.max(start(i), range.from), Math.min(start(i + 1), range.to), common)]), times, none: [] }
}

/** The bar that is open: interval and kind, from "3-new". */
export function readBar(sel: string | undefined, intervals: number): { at: number; kind: Kind } | null {
  const [, at, kind] = /^(\d+)-(new|returning|resurrecting|dormant)$/.exec(sel ?? '') ?? []
  return kind && Number(at) < intervals ? { at: Number(at), kind: kind as Kind } : null
}
