// Verdicts in words: where a wait or a failure sits, and what took the time.
import type { ActionVerdict, VerdictAnswer } from '../../api/verdict'
import { plural } from '../../lib/format'

type Place = ActionVerdict['is']
type Cause = ActionVerdict['cause']

export const places: Record<Place, string> = {
  frontend: 'the page', network: 'the network', backend: 'the backend', no_request: 'no request was sent', mixed: 'several places', unknown: 'cannot be told',
}

export const causes: Record<Cause, string> = {
  before_request: 'the page asked late', network: 'the way took the time', server: 'a server took the time or failed', after_response: 'the page was slow after the answer',
  script_error: 'a script failed', blocked_by_browser: 'the browser refused the call', no_request_sent: 'nothing was asked', mixed: 'several at once', unknown: 'cannot be told',
}

/** What a timeline row says behind its label: "backend: payments". */
export function shortVerdict({ is, service }: Pick<ActionVerdict, 'is' | 'service'>): string {
  const words = { frontend: 'frontend', network: 'network', backend: 'backend', no_request: 'no request sent', mixed: 'several causes', unknown: '' }[is]
  return is === 'backend' && service ? `${words}: ${service}` : words
}

type Parts = { before_request_us: number | null; network_us: number | null; server_us: number | null; after_response_us: number | null; unknown_us?: number }
export type Part = { id: 'before' | 'network' | 'server' | 'after' | 'unknown'; label: string; us: number }

/** What a wait was made of, in its order; parts that are not known or took nothing are left out. */
export function partsOf({ before_request_us, network_us, server_us, after_response_us, unknown_us = 0 }: Parts): Part[] {
  const parts: [Part['id'], string, number | null][] = [
    ['before', 'before the request', before_request_us], ['network', 'network', network_us], ['server', 'servers', server_us],
    ['after', 'after the answer', after_response_us], ['unknown', 'network or server', unknown_us],
  ]
  return parts.flatMap(([id, label, us]) => (us ? [{ id, label, us }] : []))
}

/** "12 people, 34 slow or failed actions in 20 visits" */
export function basisWords({ people, actions, visits }: Pick<VerdictAnswer, 'people' | 'actions' | 'visits'>): string {
  return `${plural(people, 'person', 'people')}, ${plural(actions, 'slow or failed action')} in ${plural(visits, 'visit')}.`
}
