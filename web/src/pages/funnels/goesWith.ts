// What goes with dropping out of a funnel: the question, its answer in words, and who is behind a line.
import type { CorrelationAnswer, CorrelationQuestion, FunnelQuestion } from '../../api/behaviour'
import type { Step } from '../../lib/ask'
import { durationMs } from '../../lib/duration'
import { formatCount, formatShare } from '../../lib/format'
import type { Members } from '../../lib/members'
import { toIso } from '../../lib/time'

export type Line = CorrelationAnswer['results'][number]

/** The way of those who dropped out lies in one funnel without parts; a property that it is split by is looked at too. */
export function correlationQuestion({ steps, window, order, entry, count_by, exclude, tie_tolerance, bots, breakdown, from, to, timezone, filter }: FunnelQuestion): CorrelationQuestion {
  const [, property] = /^properties\.(\w+)$/.exec(breakdown?.property ?? '') ?? []
  const parts = { window, order, entry, count_by, exclude, tie_tolerance, bots }
  return {
    ...given({ from, to, timezone, filter }), funnel: { steps, ...given(parts) },
    candidates: ['events', 'calls', ...(property ? [`properties:${property}`] : [])],
  } as CorrelationQuestion
}

function given<Parts extends object>(parts: Parts): Partial<Parts> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Partial<Parts>
}

/** How sure a line must be to be shown: one in twenty of those shown may be chance. */
const sure = 0.05

/** The lines that go with dropping out. What only those who came through did follows from dropping out, and stands apart. */
export function partLines(results: Line[]): { met: Line[]; missing: Line[] } {
  const out = results.filter(({ odds_ratio, q }) => odds_ratio < 1 && q <= sure)
  return { met: out.filter(({ kind }) => kind !== 'call_missing'), missing: out.filter(({ kind }) => kind === 'call_missing') }
}

const kinds: Record<Line['kind'], (name: string) => string> = {
  event: (name) => `did ${name}`,
  property: (name) => `had ${name.replace('=', ' = ')}`,
  call_failed: (name) => `${name} failed`,
  call_slow: (name) => `${name} took over 1 s`,
  call_retried: (name) => `${name} failed twice or more`,
  call_missing: (name) => `${name} was not called`,
}

/** "shop: POST /orders failed" */
export function lineWords({ kind, name }: Line): string {
  return kinds[kind](name)
}

/** "45 of 63 (71 %)" */
export function ofWords({ with: n, without }: Line['failure']): string {
  return `${formatCount(n)} of ${formatCount(n + without)} (${formatShare(n + without ? n / (n + without) : null)})`
}

/** The odds of dropping out with it against without, as a person reads them: above 1 it goes with dropping out. */
export function oddsOfDropping({ odds_ratio, ci95: [low = 0, high = 0] }: Line): string {
  return `${times(1 / odds_ratio)} (${times(1 / high)} to ${times(1 / low)})`
}

function times(n: number): string {
  return !Number.isFinite(n) || n > 999 ? '> 999' : n.toFixed(n < 10 ? 1 : 0)
}

/** Those of a line who dropped out: they began, met it within their time, and did not come through. */
export function membersOf({ kind, name }: Line, question: FunnelQuestion, now: number): Members | null {
  const { steps, window = '14d', breakdown: _, calls: __, entities: ___, ...rest } = question
  const to = Math.min(now, Date.parse(question.to ?? '') || now)
  // Who began later still has time.
  const began: FunnelQuestion = { ...rest, to: toIso(to - (durationMs(window) ?? 0)), steps: [steps[0]!], window }
  const met = stepsOf(kind, name)
  if (!met || Date.parse(began.to!) <= Date.parse(question.from ?? '')) return null
  const way: FunnelQuestion = { ...rest, steps: [steps[0]!, ...met], window }
  const through: FunnelQuestion = { ...rest, steps, window }
  return kind === 'call_missing' ? { all: [[began]], none: [through, way] } : { all: [[began], [way]], none: [through] }
}

function stepsOf(kind: Line['kind'], name: string): Step[] | null {
  switch (kind) {
    case 'event': return [{ event: name }]
    case 'call_failed': return [{ call: name, where: 'failed == true' }]
    case 'call_retried': return [{ call: name, where: 'failed == true' }, { call: name, where: 'failed == true' }]
    case 'call_slow': return [{ call: name, where: 'duration_ms > 1000.0' }]
    case 'call_missing': return [{ call: name }]
    case 'property': return null
  }
}

/** What stands out, in one sentence that claims no cause. */
export function goesWithFinding({ met }: { met: Line[] }): string {
  const [first] = met
  if (!first) return 'Nothing that people met on the way goes with dropping out clearly enough to be more than chance'
  const { failure, success } = first
  return `“${lineWords(first)}” goes with dropping out: ${formatShare(failure.with / (failure.with + failure.without))} of those who did, ${formatShare(success.with / (success.with + success.without))} of those who came through`
}
