// Who is behind a number of a table that only counts: sets of people, each asked as a funnel, and what they have in common.
import type { FunnelAnswer, FunnelQuestion } from '../api/behaviour'
import type { Step } from './ask'
import { toIso } from './time'

/** Those who are in one of the sets of every group, or with times in exactly so many groups, and in no set of none. */
export type Members = { all: FunnelQuestion[][]; times?: number; none: FunnelQuestion[] }

type Common = { timezone: string; filter?: string; count_by?: string }

/** Who did a step so many times from one moment until before another. */
export function didIn(step: Step, from: number, to: number, common: Common, times = 1): FunnelQuestion {
  return { ...common, from: toIso(from), to: toIso(to), steps: Array.from({ length: times }, () => step), window: '3660d' }
}

/** Before anything that a store holds. */
export const ever = Date.UTC(1971, 0, 1)

/** Where the answers of the questions lead: the ids, and whether a list was cut. */
export function combine({ all, none, times = all.length }: Members, answers: FunnelAnswer[]): { ids: string[]; cut: boolean } {
  let at = 0
  const sets = [...all, none].map((group) => new Set(group.flatMap((question) => answers[at++]!.entities.filter(({ level }) => level === question.steps.length).map(({ id }) => id))))
  const without = sets.pop()!
  const found = new Map<string, number>()
  for (const set of sets) for (const id of set) found.set(id, (found.get(id) ?? 0) + 1)
  return { ids: [...found].flatMap(([id, n]) => (n === times && !without.has(id) ? [id] : [])), cut: answers.some(({ entities_truncated }) => entities_truncated) }
}
