// What the settings read and change. A change makes everything that was asked about it be asked again.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '../../api/client'
import type { components } from '../../api/schema'
import type { Links } from '../../api/types'

type Schemas = components['schemas']

export type Key = Schemas['Key']
export type KeyBody = Schemas['KeyInputBody']
export type GoalBody = Schemas['GoalBody']
export type Proposal = Schemas['Proposal']
export type System = Schemas['SystemOutput']

export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/me', { signal })) })
}

export function useKeys() {
  return useQuery({ queryKey: ['keys'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/keys', { signal })) })
}

export function useCreateKey() {
  return useChange(['keys'], (body: KeyBody) => unwrap(api.POST('/api/v1/keys', { body })))
}

export function useRevokeKey() {
  return useChange(['keys'], (id: number) => unwrap(api.DELETE('/api/v1/keys/{id}', { params: { path: { id } } })))
}

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

export function useSaveLinks() {
  return useChange(['links'], (body: Links) => unwrap(api.PUT('/api/v1/settings/links', { body })))
}

export function useFindFields() {
  return useQuery({ queryKey: ['find-fields'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/settings/find', { signal })) })
}

export function useSaveFindFields() {
  return useChange(['find-fields', 'find'], (fields: string[]) => unwrap(api.PUT('/api/v1/settings/find', { body: { fields } })))
}

export function useBodies() {
  return useQuery({ queryKey: ['bodies'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/settings/bodies', { signal })) })
}

export function useSaveBodies() {
  return useChange(['bodies'], (endpoints: string[]) => unwrap(api.PUT('/api/v1/settings/bodies', { body: { endpoints } })))
}

export function useSetup() {
  return useChange(['system', 'me'], (body: Schemas['SetupInputBody']) => unwrap(api.POST('/api/v1/setup', { body })))
}

function useChange<Input, Output>(outdated: string[], change: (input: Input) => Promise<Output>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () => Promise.all(outdated.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  })
}
