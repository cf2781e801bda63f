// A goal as the form holds it, and as the API takes it.
import type { GoalBody } from '../../api/goals'
import type { Goal } from '../../api/types'

export type StepKind = 'event' | 'page' | 'call'

export type GoalDraft = {
  name: string
  kind: StepKind
  /** The event's name, the page's glob or the call's endpoint. */
  what: string
  template: boolean
  where: string
  direction: 'up' | 'down'
  target: string
  owner: string
  value: string
  currency: string
}

export const emptyGoal: GoalDraft = { name: '', kind: 'event', what: '', template: false, where: '', direction: 'up', target: '', owner: '', value: '', currency: '' }

export function goalDraft({ name, step, direction, target, owner, value, currency }: Goal): GoalDraft {
  const kind: StepKind = step.call ? 'call' : step.page ? 'page' : 'event'
  return {
    name, kind, what: step[kind] ?? '', template: step.template ?? false, where: step.where ?? '', direction: direction ?? 'up',
    target: target ? String(target) : '', owner: owner ?? '', value: value ?? '', currency: currency ?? '',
  }
}

/** What is empty is left out: the API takes absent as "none". */
export function goalBody({ name, kind, what, template, where, direction, target, owner, value, currency }: GoalDraft): GoalBody {
  const text = (key: 'owner' | 'value' | 'currency', of: string) => (of.trim() ? { [key]: of.trim() } : {})
  return {
    name: name.trim(),
    step: { [kind]: what.trim(), ...(kind === 'page' && template ? { template } : {}), ...(where.trim() ? { where: where.trim() } : {}) },
    direction,
    ...(target.trim() ? { target: Number(target) } : {}),
    ...text('owner', owner), ...text('value', value), ...text('currency', currency),
  }
}
