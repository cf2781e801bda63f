// What errors, services, accounts, people and source maps are asked through.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { api, queryClient, unwrap } from './client'
import { useNarrowed } from '../lib/segment'
import { given, type RangeQuery } from './queries'
import type { components } from './schema'

type Schemas = components['schemas']

export type ErrorGroup = Schemas['ErrorGroup']
export type ErrorAnswer = Schemas['ErrorOutput']
export type ErrorPerson = Schemas['ErrorPerson']
export type Frame = Schemas['Frame']
export type ServiceEdge = Schemas['ServiceEdge']
export type AccountRow = Schemas['AccountRow']
export type PersonAnswer = Schemas['PersonOutput']
export type Claim = Schemas['ClaimRow']
export type Receipt = Schemas['Receipt']

export type ErrorsQuestion = RangeQuery & { filter?: string | undefined; kind?: 'call' | 'browser' | undefined; person?: string; account?: string; limit?: number }

export function useErrors(question: ErrorsQuestion) {
  const query = useNarrowed(given(question))
  return useQuery({
    queryKey: ['errors', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/errors', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useErrorGroup(id: string, range: RangeQuery) {
  const query = useNarrowed(range)
  return useQuery({
    queryKey: ['error', id, query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/errors/{id}', { params: { path: { id }, query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useServices(question: RangeQuery & { q?: string | undefined }) {
  const query = useNarrowed(given(question))
  return useQuery({
    queryKey: ['services', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/services', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useAccounts(question: RangeQuery & { q?: string | undefined }) {
  const query = useNarrowed(given(question))
  return useQuery({
    queryKey: ['accounts', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/accounts', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useEvents(question: RangeQuery & { filter?: string | undefined }) {
  const query = useNarrowed({ ...given(question), limit: 200 })
  return useInfiniteQuery({
    queryKey: ['events', query],
    queryFn: ({ signal, pageParam }) => unwrap(api.GET('/api/v1/events', { params: { query: { ...query, ...given({ cursor: pageParam }) } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
  })
}

export function usePerson(id: string) {
  return useQuery({
    queryKey: ['person', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/people/{id}', { params: { path: { id }, query: { limit: 1000 } }, signal })),
  })
}

/** Erases a person; afterwards every answer on the screen may have shown them, so all are asked anew. */
export function useErase() {
  return useMutation({
    mutationFn: (person: string) => unwrap(api.POST('/api/v1/erase', { body: { person } })),
    onSuccess: () => queryClient.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'person' }),
  })
}

/** Undoes or restores a claim of a person; every number on the screen may change, so all are asked anew. */
export function useJudge(id: string) {
  return useMutation({
    mutationFn: ({ claim, what }: { claim: Claim; what: 'withdraw' | 'restore' }) => {
      const body = given({ device_id: claim.device_id, merged_id: claim.merged_id, user_id: claim.user_id })
      const request = { params: { path: { id } }, body: { ...body, user_id: claim.user_id } }
      return unwrap(what === 'withdraw' ? api.POST('/api/v1/people/{id}/withdraw', request) : api.POST('/api/v1/people/{id}/restore', request))
    },
    onSuccess: () => queryClient.invalidateQueries(),
  })
}

/** Makes a user another. */
export function useMerge(id: string) {
  return useMutation({
    mutationFn: (into: string) => unwrap(api.POST('/api/v1/people/{id}/merge', { params: { path: { id } }, body: { into } })),
    onSuccess: () => queryClient.invalidateQueries(),
  })
}
