// The question that the Impact page keeps in its URL, and its answer in words.
import type { ImpactAnswer, ImpactQuestion, ImpactResult } from '../../api/impact'
import type { Goal } from '../../api/types'
import { asNumber, asOneOf, asStep, asText, isWhole, type Shape, type Step } from '../../lib/ask'
import { formatCount, formatMs, formatShare } from '../../lib/format'
import { points } from '../overview/words'

export type Impact = { /** Of the project's goals; absent = the first. */ goal?: string; /** A step in its place. */ step?: Step; unit?: 'interaction' | 'session' | 'person'; min_n?: number }

export const impactShape: Shape<Impact> = { goal: asText, step: asStep, unit: asOneOf('interaction', 'session', 'person'), min_n: asNumber }

export const usualLeast = 30

/** What is lost, with its name and worth: the step that was written, the goal that was chosen, or the first goal; null while there is none. */
export function chosenGoal(asked: Impact, goals: Goal[]): { name: string; step: Step; value?: string; currency?: string } | null {
  if (asked.step) return isWhole(asked.step) ? { name: asked.step.event ?? asked.step.page ?? asked.step.call ?? '', step: asked.step } : null
  const goal = goals.find(({ id }) => id === asked.goal) ?? goals[0]
  return goal ? { name: goal.name, step: goal.step, ...(goal.value ? { value: goal.value } : {}), ...(goal.currency ? { currency: goal.currency } : {}) } : null
}

type Common = { from: string; to: string; timezone: string; filter?: string }

export function impactQuestion(asked: Impact, goal: ReturnType<typeof chosenGoal>, common: Common): ImpactQuestion | null {
  if (!goal) return null
  return { ...common, goal: goal.step, ...(goal.value ? { value: goal.value } : {}), ...(asked.unit ? { unit: asked.unit } : {}), ...(asked.min_n ? { min_n: asked.min_n } : {}) }
}

/** "payments: POST /api/payments failed", "… over 1 s" */
export function metWords({ endpoint, exposure, slow_over_ms }: Pick<ImpactResult, 'endpoint' | 'exposure' | 'slow_over_ms'>): string {
  return exposure === 'errors' ? `${endpoint} failed` : `${endpoint} over ${formatMs(slow_over_ms)}`
}

/** A number that has an interval: all digits that it can bear, with a real minus. */
export function decimal(n: number): string {
  const size = Math.abs(n)
  const text = size < 1 ? size.toFixed(2) : size < 10 ? size.toFixed(1) : formatCount(size)
  return n < 0 && Number(text.replaceAll(',', '')) !== 0 ? `−${text}` : text
}

export function rangeWords(range: readonly number[] | null | undefined): string {
  return range ? `${decimal(range[0]!)} to ${decimal(range[1]!)}` : ''
}

export function pointsRange(range: readonly number[] | null | undefined): string {
  return range ? `${points(range[0]!).replace(/ points?$/, '')} to ${points(range[1]!)}` : ''
}

/** "3.1 (0.4 to 6.0)" */
export function lostWords({ lost_goals_per_day: lost, lost_ci95: range }: ImpactResult): string {
  return lost === null ? '–' : `${decimal(lost)} (${rangeWords(range)})`
}

/** A p or q as it is read: three digits, and never zero. */
export function chanceWords(p: number | null | undefined): string {
  return p == null ? '–' : p < 0.001 ? '< 0.001' : p.toFixed(3)
}

/** Whether an interval keeps to one side of nothing. */
export function isSure({ lost_ci95: range, q }: ImpactResult): boolean {
  return range !== null && q !== null && q <= 0.05 && (range[0]! > 0 || range[1]! < 0)
}

/** Those with a number, and those without. */
export function partResults(results: ImpactResult[]): { known: ImpactResult[]; unknown: ImpactResult[] } {
  return { known: results.filter(({ lost_goals_per_day: lost }) => lost !== null), unknown: results.filter(({ lost_goals_per_day: lost }) => lost === null) }
}

/** Those without a number by the reason, the commonest first: a reason that many share is said once. */
export function byReason(results: ImpactResult[]): [reason: string, results: ImpactResult[]][] {
  const groups = new Map<string, ImpactResult[]>()
  for (const result of results) {
    const says = result.refusal?.says ?? ''
    groups.set(says, [...(groups.get(says) ?? []), result])
  }
  return [...groups].toSorted(([, a], [, b]) => b.length - a.length)
}

export function keyOf({ endpoint, exposure }: ImpactResult): string {
  return `${exposure} ${endpoint}`
}

/** The heading of the ranking: what costs most, if anything does beyond chance. */
export function finding({ results, refusal }: Pick<ImpactAnswer, 'results' | 'refusal'>, goal: string): string {
  if (refusal) return refusal.says
  const { known } = partResults(results)
  const [most] = known.filter((result) => isSure(result) && result.lost_goals_per_day! > 0)
  if (most) return `${metWords(most)}: about ${decimal(most.lost_goals_per_day!)} ${goal} lost a day (${rangeWords(most.lost_ci95)})`
  return known.length > 0 ? `Nothing costs ${goal} so much that it is more than chance` : `There is no number yet for what costs ${goal}`
}

/** "94 Order paid a day by 80 people, 3 days; read 12:00" without the clock. */
export function basisWords({ goal, days, unit }: Pick<ImpactAnswer, 'goal' | 'days' | 'unit'>, name: string): string {
  const what = { interaction: 'each time somebody made a call', session: 'each visit', person: 'each person' }[unit]
  return `${formatCount(goal.count)} × ${name} in ${decimal(days)} days (${decimal(goal.per_day)} a day). Compared is ${what}.`
}

/** The calls of those exposed. */
export function exposedFilter(endpoint: string, { exposure, slow_over_ms }: Pick<ImpactResult, 'exposure' | 'slow_over_ms'>): string {
  return `call.endpoint == ${JSON.stringify(endpoint)} && ${exposure === 'errors' ? 'call.failed == true' : `call.duration_ms > ${(slow_over_ms ?? 0).toFixed(1)}`}`
}

export function rateWords(reached: number, n: number): string {
  return n === 0 ? 'nobody' : `${formatShare(reached / n)} (${formatCount(reached)} of ${formatCount(n)})`
}
