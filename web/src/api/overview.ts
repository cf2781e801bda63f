import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { zoneName } from '../lib/time'
import { useNarrowed } from '../lib/segment'
import { usePreferences } from '../lib/view'
import { api, unwrap } from './client'
import type { RangeQuery } from './queries'

const whilePendingMs = 2_000
const againMs = 15_000

/** What hurts people now, asked again and again: the first screen is often left open. */
export function useOverview() {
  const { zone } = usePreferences()
  const query = { timezone: zoneName(zone) }
  return useQuery({
    queryKey: ['overview', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/overview', { params: { query }, signal })),
    refetchInterval: ({ state }) => (state.data?.pending ? whilePendingMs : againMs),
  })
}

/** The newest times a goal was reached in a range. */
export function useReached(id: string, range: RangeQuery) {
  const query = useNarrowed(range)
  return useQuery({
    queryKey: ['reached', id, query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/goals/{id}/reached', { params: { path: { id }, query }, signal })),
    placeholderData: keepPreviousData,
  })
}

export function useProjects() {
  return useQuery({
    queryKey: ['projects'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/projects', { signal })),
  })
}
