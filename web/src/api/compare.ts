// Whether a change helped: a release, or a moment.
import { useAnswer } from './behaviour'
import { api, unwrap } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type CompareQuestion = Schemas['CompareBody']
export type CompareAnswer = Schemas['CompareOutput']
export type Change = Schemas['Change']
export type MetricChange = Schemas['MetricChange']
export type EndpointChange = Schemas['EndpointChange']

export function useCompare(question: CompareQuestion | null) {
  return useAnswer('compare', question, (body, signal) => unwrap(api.POST('/api/v1/query/compare', { body, signal })))
}
