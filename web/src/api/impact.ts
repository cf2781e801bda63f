// What slow and failing calls cost, and how a goal goes with an endpoint's speed.
import { api, unwrap } from './client'
import { useAnswer } from './behaviour'
import type { components } from './schema'

type Schemas = components['schemas']

export type ImpactQuestion = Schemas['ImpactBody']
export type ImpactAnswer = Schemas['ImpactOutput']
export type ImpactResult = Schemas['ImpactResult']
export type NoNumber = Schemas['NoNumber']
export type DoseQuestion = Schemas['DoseBody']
export type DoseAnswer = Schemas['DoseOutput']
export type DosePoint = Schemas['DosePoint']

export function useImpact(question: ImpactQuestion | null) {
  return useAnswer('impact', question, (body, signal) => unwrap(api.POST('/api/v1/query/impact', { body, signal })))
}

export function useDose(question: DoseQuestion | null) {
  return useAnswer('dose-response', question, (body, signal) => unwrap(api.POST('/api/v1/query/dose-response', { body, signal })))
}
