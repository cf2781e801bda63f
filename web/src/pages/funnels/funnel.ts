// The funnel that the URL keeps, the question it makes, and what its answer says in words.
import type { FunnelAnswer, FunnelQuestion } from '../../api/behaviour'
import type { WorstStep } from '../../api/types'
import { asFlag, asList, asNumber, asOneOf, asParts, asStep, asText, isWhole, stepShape, type Shape, type Step } from '../../lib/ask'
import { durationMs, durationWords } from '../../lib/duration'
import { formatCount, formatMs, formatShare, plural } from '../../lib/format'
import { didWords, neverWords, stepName } from '../../lib/questionWords'
import type { Range } from '../../lib/time'
import { unitOf } from '../../lib/units'

export type Exclusion = Step & { from_step?: number; to_step?: number }
export type Breakdown = { property?: string; attribution?: 'first' | 'last' | 'all' | 'step'; step?: number }

export type Funnel = {
  steps?: Step[]
  window?: string
  order?: 'ordered' | 'strict' | 'unordered'
  entry?: 'best' | 'first'
  count_by?: string
  count?: 'entities' | 'attempts'
  exclude?: Exclusion[]
  tie_tolerance?: string
  breakdown?: Breakdown
  bots?: boolean
}

export const funnelShape: Shape<Funnel> = {
  steps: asList(asStep, 30),
  window: asText,
  order: asOneOf('ordered', 'strict', 'unordered'),
  entry: asOneOf('best', 'first'),
  count_by: asText,
  count: asOneOf('entities', 'attempts'),
  exclude: asList(asParts<Exclusion>({ ...stepShape, from_step: asNumber, to_step: asNumber }), 30),
  tie_tolerance: asText,
  breakdown: asParts<Breakdown>({ property: asText, attribution: asOneOf('first', 'last', 'all', 'step'), step: asNumber }),
  bots: asFlag,
}

const day = 86_400_000

/** How long an attempt may take when nobody says: short enough that most of the range is over, or all would still be on their way. */
export function usualWindow({ from, to }: Range): string {
  const days = (to - from) / day
  return days <= 3 ? '1h' : days <= 15 ? '1d' : '14d'
}

/** What the API is asked; null while a step is still being written and nothing is left to ask about. */
export function funnelQuestion(funnel: Funnel, steps: Step[], window: string, common: { from: string; to: string; timezone: string; filter?: string }): FunnelQuestion | null {
  const whole = steps.filter(isWhole)
  if (whole.length === 0) return null
  const { breakdown, exclude, steps: _, window: __, count_by, ...rest } = funnel
  const excluded = exclude?.filter(isWhole) ?? []
  return {
    ...common, ...rest, steps: whole, window,
    ...(count_by && count_by !== 'property:' ? { count_by } : {}),
    ...(excluded.length > 0 && whole.length > 1 ? { exclude: excluded } : {}),
    ...(breakdown?.property ? { breakdown: { ...breakdown, property: breakdown.property } } : {}),
  }
}

/** A funnel from what is known: the pages that lead to the first goal; without such, the pages most people see, then the likely goal. */
export function proposeFunnel(worst: WorstStep | undefined, likely: Step | undefined, pages: { page: string; people: number }[]): Step[] {
  const led = worst?.steps.flatMap(({ page }) => (page ? [pageStep(page)] : [])) ?? []
  const goal = worst?.goal?.step ?? likely
  const seen = pages.toSorted((a, b) => b.people - a.people).slice(0, goal ? 2 : 3).map(({ page }) => pageStep(page))
  const steps = [...(led.length > 0 ? led : seen), ...(goal ? [goal] : [])]
  return steps.length > 0 ? steps : [{ page: '/**' }]
}

function pageStep(page: string): Step {
  return page.includes('{') ? { page, template: true } : { page }
}

type Stage = FunnelAnswer['steps'][number]

/** Who got to a step and no further although their time is over. */
export function lost(steps: Stage[], i: number): number {
  return i + 1 < steps.length ? steps[i]!.count - steps[i + 1]!.count - steps[i]!.in_progress : 0
}

/** The step after which most are lost; -1 when nobody is. */
export function worstAfter(stages: Stage[]): number {
  let worst = -1
  for (let i = 0; i + 1 < stages.length; i++) {
    if (lost(stages, i) > (worst < 0 ? 0 : lost(stages, worst))) worst = i
  }
  return worst
}

/** "1,810 of 2,463 people who saw / did not see /cart within 1 hour (73 %)." */
export function finding(stages: Stage[], steps: Step[], window: string, countBy: string | undefined, ordered: boolean): string {
  const { one, many } = unitOf(countBy)
  const first = stages[0]
  if (!first || first.count === 0) return `No ${one} ${ordered ? didWords(steps[0]!) : 'did any of the steps'} in this time range.`
  const of = `${formatCount(first.count)} ${first.count === 1 ? one : many}`
  if (stages.length === 1) return `${of} ${didWords(steps[0]!)}.`
  const at = worstAfter(stages)
  if (at < 0) return stages.at(-1)!.count === first.count ? `All ${of} went all the way.` : `Nobody is lost yet of ${of}.`
  const here = stages[at]!
  const whole = `${formatCount(lost(stages, at))} of ${formatCount(here.count)} ${many}`
  const share = formatShare(lost(stages, at) / here.count)
  if (!ordered) return `${whole} who did ${at + 1} of the steps did no other within ${durationWords(window)} (${share}).`
  return `${whole} who ${didWords(steps[at]!)} ${neverWords(steps[at + 1]!)} ${at > 0 ? 'in time' : `within ${durationWords(window)}`} (${share}).`
}

/** What the finding does not say: how many get through, and how long that takes. */
export function throughWords({ steps }: Pick<FunnelAnswer, 'steps'>, countBy: string | undefined): string {
  const [first, last] = [steps[0], steps.at(-1)]
  if (!first || !last || first.count === 0 || steps.length === 1) return ''
  const waiting = steps.slice(0, -1).reduce((n, stage) => n + stage.in_progress, 0)
  return `${formatCount(last.count)} of ${formatCount(first.count)} ${unitOf(countBy).many} went all the way (${formatShare(last.count / first.count)}).${waiting > 0 ? ` ${formatCount(waiting)} still have time.` : ''}`
}

/** Failed calls on the way that deserve a mark. */
const manyFailed = 0.02

export function hurts(stage: Stage): boolean {
  return (stage.calls_error_share ?? 0) >= manyFailed
}

/** "API on the way: 1,234 calls, one in twenty over 820 ms, 2.1 % failed" */
export function callsWords({ calls = 0, calls_p95_ms: p95, calls_error_share: failed }: Stage): string {
  if (calls === 0) return 'API on the way: no call'
  return `API on the way: ${plural(calls, 'call')}${p95 === undefined ? '' : `, one in twenty over ${formatMs(p95)}`}, ${failed ? `${formatShare(failed)} failed` : 'none failed'}`
}

/** Whether there is one way for each, on which calls and other things can be met. */
export function takesCalls({ count }: Funnel): boolean {
  return count !== 'attempts'
}

/** Which list is open: those at a step, or those lost after it; from "at-2", "lost-1". */
export function readList(sel: string | undefined, steps: number): { of: 'at' | 'lost'; step: number } | null {
  const [, of, n] = /^(at|lost)-(\d+)$/.exec(sel ?? '') ?? []
  const step = Number(n)
  return of && step < steps ? { of: of as 'at' | 'lost', step } : null
}

type Entity = FunnelAnswer['entities'][number]

/** Those that a number counts. Who is at the last moment of their window is judged as the server judges: at the earlier of now and the end of the range. */
export function listed(entities: Entity[], { of, step }: { of: 'at' | 'lost'; step: number }, window: string, judgedAt: number): Entity[] {
  if (of === 'at') return entities.filter(({ level }) => level > step)
  const ms = durationMs(window) ?? 0
  return entities.filter(({ level, step_times }) => level === step + 1 && Math.min(...step_times.map((time) => Date.parse(time))) + ms < judgedAt)
}

/** "309 people lost after /cart" */
export function listTitle(n: number, { of, step }: { of: 'at' | 'lost'; step: number }, steps: Step[], countBy: string | undefined, ordered: boolean): string {
  const { one, many } = unitOf(countBy)
  const who = `${formatCount(n)} ${n === 1 ? one : many}`
  if (!ordered) return of === 'at' ? `${who} who did at least ${step + 1} of the steps` : `${who} who did ${step + 1} of the steps and no other`
  return of === 'at' ? `${who} who got to ${stepName(steps[step]!)}` : `${who} lost after ${stepName(steps[step]!)}`
}
