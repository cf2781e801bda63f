// Where people struggle, and the signals that say so.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { given, type RangeQuery } from './queries'
import { useNarrowed } from '../lib/segment'
import type { components } from './schema'

type Schemas = components['schemas']

export type FrictionAnswer = Schemas['FrictionOutput']
export type FrictionPlace = Schemas['FrictionPlace']

export function useFriction(question: RangeQuery & { by: 'element' | 'page'; filter?: string | undefined }) {
  const query = useNarrowed({ ...given(question), limit: 200 })
  return useQuery({
    queryKey: ['friction', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/friction', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useSignals(question: RangeQuery & { filter?: string | undefined }) {
  const query = useNarrowed({ ...given(question), limit: 200 })
  return useInfiniteQuery({
    queryKey: ['signals', query],
    queryFn: ({ signal, pageParam }) => unwrap(api.GET('/api/v1/signals', { params: { query: { ...query, ...given({ cursor: pageParam }) } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
  })
}
