// Segments, and who is in them.
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { useNarrowed } from '../lib/segment'
import { api, queryClient, unwrap } from './client'
import { given, useBreakdown, type RangeQuery } from './queries'
import type { components } from './schema'

type Schemas = components['schemas']

export type Segment = Schemas['Segment']
export type SegmentBody = Schemas['SegmentBody']
export type PersonRow = Schemas['PersonRow']

export function useSegments() {
  return useQuery({ queryKey: ['segments'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/segments', { signal })) })
}

/** Makes a segment, or with an id replaces that one; whatever is narrowed to it changes, so all is asked anew. */
export function useSaveSegment() {
  return useMutation({
    mutationFn: ({ id, body }: { id?: string | undefined; body: SegmentBody }) =>
      unwrap(id === undefined ? api.POST('/api/v1/segments', { body }) : api.PUT('/api/v1/segments/{id}', { params: { path: { id } }, body })),
    onSuccess: () => queryClient.invalidateQueries(),
  })
}

export function useDeleteSegment() {
  return useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE('/api/v1/segments/{id}', { params: { path: { id } } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['segments'] }),
  })
}

type Matching = { filter?: string | undefined; segment?: string }

/** How many people there are and how many visits they made, of those that a filter or a segment leaves. */
export function useMatching(range: RangeQuery, { filter, segment }: Matching, enabled = true) {
  return useBreakdown({ ...range, ...given({ filter, segment }), limit: 1, measures: [{ of: 'sessions', stat: 'people' }, { of: 'sessions' }] }, enabled)
}

export function usePeople(question: RangeQuery & { filter?: string | undefined }) {
  const query = useNarrowed({ ...given(question), limit: 200 })
  return useInfiniteQuery({
    queryKey: ['people', query],
    queryFn: ({ signal, pageParam }) => unwrap(api.GET('/api/v1/people', { params: { query: { ...query, ...given({ cursor: pageParam }) } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
  })
}
