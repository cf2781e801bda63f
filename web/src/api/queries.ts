// Every question the pages ask, as hooks. A key names the question in full, so that going back shows the old answer at once.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { useNarrowed } from '../lib/segment'
import type { BreakdownQuestion, SeriesQuestion } from './types'

/** The range as the API takes it. */
export type RangeQuery = { from: string; to: string }

const pageSize = 200

export function useEndpoints(range: RangeQuery, filter?: string) {
  const query = useNarrowed({ ...range, ...given({ filter }) })
  return useQuery({
    queryKey: ['endpoints', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/endpoints', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useEndpoint(id: string, range: RangeQuery) {
  const query = useNarrowed(range)
  return useQuery({
    queryKey: ['endpoint', id, query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/endpoints/{id}', { params: { path: { id }, query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useHeatmap(id: string, range: RangeQuery) {
  const query = useNarrowed(range)
  return useQuery({
    queryKey: ['heatmap', id, query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/endpoints/{id}/heatmap', { params: { path: { id }, query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useSeries(question: SeriesQuestion) {
  const body = useNarrowed(question)
  return useQuery({
    queryKey: ['series', body],
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/query/series', { body, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useReleases(range: RangeQuery) {
  return useQuery({
    queryKey: ['releases', range],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/releases', { params: { query: range }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useBreakdown(question: BreakdownQuestion, enabled = true) {
  const body = useNarrowed(question)
  return useQuery({
    queryKey: ['breakdown', body],
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/query/breakdown', { body, signal })),
    placeholderData: keepPreviousData,
    enabled,
  })
}

export type CallsQuestion = RangeQuery & { filter?: string | undefined; sort?: 'newest' | 'slowest' }

export function useCalls(question: CallsQuestion, limit = pageSize) {
  const query = useNarrowed({ ...given(question), limit })
  return useInfiniteQuery({
    queryKey: ['calls', query],
    queryFn: ({ signal, pageParam }) => unwrap(api.GET('/api/v1/calls', { params: { query: { ...query, ...given({ cursor: pageParam }) } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
  })
}

/** Facets and histogram of what useCalls lists; asked apart, so that the rows need not wait for them. */
export function useCallsSummary(question: RangeQuery & { filter: string | undefined }, facets: string[]) {
  const query = useNarrowed({ ...given(question), parts: ['facets' as const, 'histogram' as const], facets })
  return useQuery({
    queryKey: ['calls summary', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/calls', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useCall(id: string | undefined) {
  return useQuery({
    queryKey: ['call', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/calls/{id}', { params: { path: { id: id! } }, signal })),
    enabled: id !== undefined,
  })
}

export function useSessions(question: RangeQuery & { filter?: string | undefined }, limit = pageSize) {
  const query = useNarrowed({ ...given(question), limit })
  return useInfiniteQuery({
    queryKey: ['sessions', query],
    queryFn: ({ signal, pageParam }) => unwrap(api.GET('/api/v1/sessions', { params: { query: { ...query, ...given({ cursor: pageParam }) } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: keepPreviousData,
  })
}

export function useTimeline(id: string) {
  return useQuery({
    queryKey: ['session', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/sessions/{id}', { params: { path: { id } }, signal })),
  })
}

export function useQuality(range: RangeQuery) {
  return useQuery({
    queryKey: ['quality', range],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/quality', { params: { query: range }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useFind(q: string) {
  return useQuery({
    queryKey: ['find', q],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/find', { params: { query: { q } }, signal })),
    enabled: q !== '',
  })
}

export function useFields() {
  return useQuery({
    queryKey: ['fields'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/fields', { signal })),
    staleTime: Infinity,
  })
}

/** The most frequent values of a field that begin with a prefix, for completion. */
export function useValues(of: { field: string; prefix: string } | null, range: RangeQuery) {
  const query = { ...range, field: of?.field ?? '', prefix: of?.prefix ?? '' }
  return useQuery({
    queryKey: ['values', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/values', { params: { query }, signal })),
    enabled: of !== null,
    retry: false,
  })
}

export function useSystem() {
  return useQuery({
    queryKey: ['system'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/system', { signal })),
  })
}

/** The parts that are there: an empty parameter must not reach the API, where it would mean something. */
export function given<Part extends Record<string, unknown>>(parts: Part): { [Key in keyof Part]?: NonNullable<Part[Key]> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined && value !== '')) as { [Key in keyof Part]?: NonNullable<Part[Key]> }
}
