// Where the slowness and failures that people met sit.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNarrowed } from '../lib/segment'
import { api, unwrap } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type VerdictQuestion = Schemas['VerdictBody']
export type VerdictAnswer = Schemas['VerdictOutput']
export type ActionVerdict = Schemas['ActionVerdict']

export function useVerdict(question: VerdictQuestion) {
  const body = useNarrowed(question)
  return useQuery({
    queryKey: ['verdict', body],
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/query/verdict', { body, signal })),
    placeholderData: keepPreviousData,
  })
}
