// Whom something hit, and what became of them.
import { narrowed } from '../lib/segment'
import { useAnswer } from './behaviour'
import { api, project, unwrap } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type BlastQuestion = Schemas['BlastBody']
export type BlastAnswer = Schemas['BlastOutput']
export type HitRow = Schemas['HitRow']
export type Outcome = BlastAnswer['outcomes'][number]['outcome']

export function useBlast(question: BlastQuestion | null) {
  return useAnswer('blast-radius', question, (body, signal) => unwrap(api.POST('/api/v1/query/blast-radius', { body, signal })))
}

/** The address of a file with all who were hit. */
export function hitDownload(question: BlastQuestion, segment: string | undefined): string {
  const named = { ...narrowed(question, segment), ...(project ? { project } : {}) }
  return `/api/v1/download/blast-radius?${new URLSearchParams({ question: JSON.stringify(named), format: 'csv' })}`
}
