import { useQuery } from '@tanstack/react-query'
import { useChange } from './change'
import { api, unwrap } from './client'
import type { components } from './schema'

export type GoalBody = components['schemas']['GoalBody']
export type Proposal = components['schemas']['Proposal']

const seenWithGoals = ['goals', 'goal-proposals', 'overview', 'reached']

export function useGoals() {
  return useQuery({ queryKey: ['goals'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/goals', { signal })) })
}

export function useProposals() {
  return useQuery({ queryKey: ['goal-proposals'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/goals/proposals', { signal })) })
}

/** Makes a goal, or with an id replaces that one. */
export function useSaveGoal() {
  return useChange(seenWithGoals, ({ id, body }: { id?: string | undefined; body: GoalBody }) =>
    unwrap(id === undefined ? api.POST('/api/v1/goals', { body }) : api.PUT('/api/v1/goals/{id}', { params: { path: { id } }, body })))
}

export function useDeleteGoal() {
  return useChange(seenWithGoals, (id: string) => unwrap(api.DELETE('/api/v1/goals/{id}', { params: { path: { id } } })))
}
