// Retention as the URL keeps it, the question it makes, and what the answer says in words.
import type { RetentionAnswer, RetentionQuestion } from '../../api/behaviour'
import { asFlag, asNumber, asOneOf, asStep, asText, isWhole, type Shape, type Step } from '../../lib/ask'
import { formatCount, formatShare } from '../../lib/format'
import { didIn, ever, type Members } from '../../lib/members'
import { laterWords, periodName, periodStart, usualPeriod, type Period } from '../../lib/periods'
import { didWords } from '../../lib/questionWords'
import type { Range, Zone } from '../../lib/time'
import { unitOf } from '../../lib/units'

export type Retention = {
  target?: Step
  returning?: Step
  period?: Period
  intervals?: number
  cohort?: 'first' | 'first_ever' | 'recurring'
  criterion?: 'on' | 'on_or_after'
  min_occurrences?: number
  week_start?: 'monday' | 'sunday'
  count_by?: string
  split?: boolean
  slow_over?: string
}

export const retentionShape: Shape<Retention> = {
  target: asStep, returning: asStep, period: asOneOf('hour', 'day', 'week', 'month'), intervals: asNumber, cohort: asOneOf('first', 'first_ever', 'recurring'),
  criterion: asOneOf('on', 'on_or_after'), min_occurrences: asNumber, week_start: asOneOf('monday', 'sunday'), count_by: asText, split: asFlag, slow_over: asText,
}

/** What is asked when nobody says what. */
export const anyPage: Step = { page: '/**' }

const usualIntervals = 8

type Common = { from: string; to: string; timezone: string; filter?: string }

/** Everything a question says, what nobody chose included; null while the target is still being written. */
export function retentionQuestion(asked: Retention, range: Range, common: Common): (RetentionQuestion & { target: Step; period: Period; intervals: number }) | null {
  const target = asked.target ?? anyPage
  if (!isWhole(target)) return null
  const { returning, count_by, ...rest } = asked
  return {
    ...common, ...rest, target, period: asked.period ?? usualPeriod(range), intervals: asked.intervals ?? usualIntervals,
    ...(returning && isWhole(returning) ? { returning } : {}),
    ...(count_by && count_by !== 'property:' ? { count_by } : {}),
  }
}

type Question = NonNullable<ReturnType<typeof retentionQuestion>>

function returnWords(question: Question): string {
  const { returning, target, min_occurrences: times = 1, period } = question
  const same = !returning || JSON.stringify(returning) === JSON.stringify(target)
  // A visit goes on past the full hour; nobody has come back then.
  if (period === 'hour' && same && times === 1) return 'were there, still or again,'
  return `${same ? 'came back' : `came back and ${didWords(returning)}`}${times > 1 ? ` ${times} times` : ''}`
}

/** "12 % of people who saw any page came back the next day." */
export function finding(answer: Pick<RetentionAnswer, 'rows' | 'mean'>, question: Question): string {
  const { many, one } = unitOf(question.count_by)
  const all = answer.rows.reduce((n, { size }) => n + size, 0)
  if (all === 0) return `No ${one} ${didWords(question.target)} in this time range.`
  const back = answer.mean[1]
  const of = `${many} who ${didWords(question.target)}`
  if (back === null || back === undefined) return `${formatCount(all)} ${all === 1 ? one : many} ${didWords(question.target)}; whether they come back ${laterWords(1, question.period)} is not known yet.`
  return `${formatShare(back)} of ${of} ${returnWords(question)} ${laterWords(1, question.period)}${question.criterion === 'on_or_after' ? ' or after that' : ''}.`
}

/** How far the last known column differs from the first. */
export function lastWords(mean: (number | null)[], period: Period): string {
  const last = mean.findLastIndex((share) => share !== null)
  return last > 1 ? `${laterWords(last, period)[0]!.toUpperCase()}${laterWords(last, period).slice(1)} it was ${formatShare(mean[last])}.` : ''
}

/** "Met trouble the first time: 12 % came back the next day; all others: 30 %." */
export function splitFinding(split: NonNullable<RetentionAnswer['split']>, question: Question): string {
  const share = (met: boolean) => split.find(({ met_trouble }) => met_trouble === met)?.mean[1] ?? null
  return `Whose first visit met a failed or slow call: ${formatShare(share(true))} came back ${laterWords(1, question.period)}; all others: ${formatShare(share(false))}`
}

/** The open cell: row and column, from "3-1". */
export function readCell(sel: string | undefined, rows: RetentionAnswer['rows']): { row: number; column: number } | null {
  const [, row, column] = /^(\d+)-(\d+)$/.exec(sel ?? '')?.map(Number) ?? []
  return row !== undefined && column !== undefined && rows[row]?.counts[column] != null ? { row, column } : null
}

/** "4 people of the hour of 11-23 02:00 who came back the next day" */
export function cellTitle({ period, count_by }: Question, rows: RetentionAnswer['rows'], { row, column }: { row: number; column: number }, zone: Zone): string {
  const { one, many } = unitOf(count_by)
  const { cohort, counts } = rows[row]!
  const n = counts[column] ?? 0
  const name = periodName(cohort, period, zone)
  return `${formatCount(n)} ${n === 1 ? one : many} of ${period === 'week' ? `the ${name}` : `the ${period} of ${name}`}${column === 0 ? '' : ` who came back ${laterWords(column, period)}`}`
}

const mostSteps = 30

/** Those whom a cell counts, as sets; null when they cannot be asked for. */
export function cellMembers(question: Question, rows: RetentionAnswer['rows'], { row, column }: { row: number; column: number }, range: Range, zone: Zone): Members | null {
  const { target, returning = target, period, intervals, criterion, cohort, min_occurrences: times = 1, timezone, filter, count_by } = question
  const common = { ...(timezone ? { timezone } : { timezone: 'UTC' }), ...(filter ? { filter } : {}), ...(count_by ? { count_by } : {}) }
  const start = (n: number) => periodStart(rows[row]!.cohort, period, n, zone)
  const began = Math.max(start(0), range.from)
  const entered = didIn(target, began, Math.min(start(1), range.to), common)
  const earlier = cohort === 'recurring' ? [] : cohort === 'first_ever' ? [didIn(target, ever, began, common)] : began > range.from ? [didIn(target, range.from, began, common)] : []
  if (column === 0) return { all: [[entered]], none: earlier }
  if (times > mostSteps) return null
  const until = criterion === 'on_or_after' ? intervals : column + 1
  // Once is once, however long the time; more often has to be within one interval.
  const back = times === 1
    ? [didIn(returning, start(column), start(until), common)]
    : Array.from({ length: until - column }, (_, i) => didIn(returning, start(column + i), start(column + i + 1), common, times))
  return { all: [[entered], back], none: earlier }
}
