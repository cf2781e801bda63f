import { narrowed } from '../lib/segment'
import { project } from './client'
import { given } from './queries'

type Question = { from: string; to: string; filter?: string | undefined; sort?: string }

/** The address of a file with what a list shows; a browser opens it by itself, so it names the project and the segment. */
export function downloadAddress(what: 'calls' | 'people', format: 'csv' | 'ndjson', question: Question, segment: string | undefined): string {
  return `/api/v1/download/${what}?${new URLSearchParams({ ...given(narrowed({ ...question, project }, segment)), format })}`
}
