// Who is behind a number of a table that only counts: sets of people, each asked as a funnel, and what they have in common.
import type { FunnelAnswer, FunnelQuestion } from '../api/behaviour'
import type { Step } from './ask'
import { toIso } from './time'

/** Those who are in one of the sets of every group, and in no set of none. */
export type Members = { all: FunnelQuestion[][]; none: FunnelQuestion[] }

type Common = { timezone: string; filter?: string; count_by?: string }

/** Who did a step so many times from one moment until before another. */
export function didIn(step: Step, from: number, to: number, common: Common, times = 1): FunnelQuestion {
  return { ...common, from: toIso(from), to: toIso(to), steps: Array.from({ length: times }, () => step), window: '3660d' }
}

/** Before anything that a store holds. */
export const ever = Date.UTC(1971, 0, 1)

/** Where the answers of the questions lead: the ids, in the order of the first set, and whether a list was cut. */
export function combine({ all, none }: Members, answers: FunnelAnswer[]): { ids: string[]; cut: boolean } {
  let at = 0
  const sets = [...all, none].map((group) => new Set(group.flatMap((question) => answers[at++]!.entities.filter(({ level }) => level === question.steps.length).map(({ id }) => id))))
  const without = sets.pop()!
  const [first = new Set<string>(), ...others] = sets
  return { ids: [...first].filter((id) => others.every((set) => set.has(id)) && !without.has(id)), cut: answers.some(({ entities_truncated }) => entities_truncated) }
}

