// Where the slowness and failures that people met sit.
import { api, unwrap } from './client'
import { useAnswer } from './behaviour'
import type { components } from './schema'

type Schemas = components['schemas']

export type VerdictQuestion = Schemas['VerdictBody']
export type VerdictAnswer = Schemas['VerdictOutput']
export type ActionVerdict = Schemas['ActionVerdict']

export function useVerdict(question: VerdictQuestion) {
  return useAnswer('verdict', question, (body, signal) => unwrap(api.POST('/api/v1/query/verdict', { body, signal })))
}
