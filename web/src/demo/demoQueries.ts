import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '../api/client'
import type { components } from '../api/schema'

export type DemoState = components['schemas']['DemoState']
export type DemoBreak = components['schemas']['DemoBreak']
export type Effect = components['schemas']['DemoBreakInputBody']['effect']

const fillingPollMs = 2_000
const quietPollMs = 10_000

/** How far the shop's past is filled in, and what is broken; asked again and again, because both change by themselves. */
export function useDemo() {
  return useQuery({
    queryKey: ['demo'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/demo', { signal })),
    refetchInterval: ({ state }) => (state.data && state.data.filled.share < 1 ? fillingPollMs : quietPollMs),
  })
}

export function useBreak() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { endpoint: string; effect: Effect }) => unwrap(api.POST('/api/v1/demo/break', { body })),
    onSuccess: (state) => client.setQueryData(['demo'], state),
  })
}
