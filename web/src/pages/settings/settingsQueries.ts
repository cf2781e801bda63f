// What the settings read and change.
import { useQuery } from '@tanstack/react-query'
import { useChange } from '../../api/change'
import { api, unwrap } from '../../api/client'
import type { components } from '../../api/schema'
import type { Links } from '../../api/types'

type Schemas = components['schemas']

export type Key = Schemas['Key']
export type KeyBody = Schemas['KeyInputBody']
export type System = Schemas['SystemOutput']
export type SessionRule = Schemas['SessionRule']

export function useKeys() {
  return useQuery({ queryKey: ['keys'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/keys', { signal })) })
}

export function useCreateKey() {
  return useChange(['keys'], (body: KeyBody) => unwrap(api.POST('/api/v1/keys', { body })))
}

export function useRevokeKey() {
  return useChange(['keys'], (id: number) => unwrap(api.DELETE('/api/v1/keys/{id}', { params: { path: { id } } })))
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

export function useSessionRule() {
  return useQuery({ queryKey: ['session-rule'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/settings/sessions', { signal })) })
}

export function useSaveSessionRule() {
  return useChange(['session-rule'], (body: SessionRule) => unwrap(api.PUT('/api/v1/settings/sessions', { body })))
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
