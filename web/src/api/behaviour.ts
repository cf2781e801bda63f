// The questions that people build: each can take long, so each can be called off.
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useSample } from '../lib/sample'
import { narrowed, useNarrowed, useSegment } from '../lib/segment'
import { api, queryClient, unwrap } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type FunnelQuestion = Schemas['FunnelBody']
export type FunnelAnswer = Schemas['FunnelOutput']
export type CorrelationQuestion = Schemas['CorrelationBody']
export type CorrelationAnswer = Schemas['CorrelationOutput']
export type RetentionQuestion = Schemas['RetentionBody']
export type RetentionAnswer = Schemas['RetentionOutput']
export type PathsQuestion = Schemas['PathsBody']
export type PathsAnswer = Schemas['PathsOutput']
export type LifecycleQuestion = Schemas['LifecycleBody']
export type LifecycleAnswer = Schemas['LifecycleOutput']
export type StickinessAnswer = Schemas['StickinessOutput']
export type BreakdownAnswer = Schemas['BreakdownOutput']

/** What can be answered from a part of the people. */
const sampling = new Set(['funnel', 'funnel-correlation', 'retention', 'paths', 'lifecycle', 'stickiness'])

/** An answer under way, with the way to call it off: the engine stops then. A question that is replaced is called off by itself. */
export function useAnswer<Question extends object, Answer>(kind: string, question: Question | null, ask: (question: Question, signal: AbortSignal) => Promise<Answer>) {
  const sample = useSample()
  const samples = sampling.has(kind)
  const body = useNarrowed(question && (samples && sample ? { ...question, sample } : question))
  const queryKey = ['query', kind, body]
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => ask(body!, signal),
    placeholderData: keepPreviousData,
    enabled: body !== null,
  })
  return { ...query, asked: body !== null, samples, cancel: () => void queryClient.cancelQueries({ queryKey }) }
}

const funnel = (body: FunnelQuestion, signal: AbortSignal) => unwrap(api.POST('/api/v1/query/funnel', { body, signal }))

export function useFunnel(question: FunnelQuestion | null) {
  return useAnswer('funnel', question, funnel)
}

export function useCorrelation(question: CorrelationQuestion | null) {
  return useAnswer('funnel-correlation', question, (body, signal) => unwrap(api.POST('/api/v1/query/funnel-correlation', { body, signal })))
}

export function useRetention(question: RetentionQuestion | null) {
  return useAnswer('retention', question, (body, signal) => unwrap(api.POST('/api/v1/query/retention', { body, signal })))
}

export function usePaths(question: PathsQuestion | null) {
  return useAnswer('paths', question, (body, signal) => unwrap(api.POST('/api/v1/query/paths', { body, signal })))
}

export function useSeriesOf(question: Schemas['SeriesBody'] | null) {
  return useAnswer('series', question, (body, signal) => unwrap(api.POST('/api/v1/query/series', { body, signal })))
}

export function useBreakdownOf(question: Schemas['BreakdownBody'] | null) {
  return useAnswer('breakdown', question, (body, signal) => unwrap(api.POST('/api/v1/query/breakdown', { body, signal })))
}

export function useLifecycle(question: LifecycleQuestion | null) {
  return useAnswer('lifecycle', question, (body, signal) => unwrap(api.POST('/api/v1/query/lifecycle', { body, signal })))
}

export function useStickiness(question: LifecycleQuestion | null) {
  return useAnswer('stickiness', question, (body, signal) => unwrap(api.POST('/api/v1/query/stickiness', { body, signal })))
}

/** Who did all steps of each funnel, in the order of the questions. */
export function useReachedAll(questions: FunnelQuestion[]) {
  const segment = useSegment()
  const sample = useSample()
  return useQueries({
    queries: questions.map((question) => {
      const body = { ...narrowed(question, segment), ...(sample ? { sample } : {}), entities: true }
      return { queryKey: ['query', 'funnel', body], queryFn: ({ signal }: { signal: AbortSignal }) => funnel(body, signal) }
    }),
  })
}
