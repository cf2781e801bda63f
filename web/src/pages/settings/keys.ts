import type { Key, KeyBody } from './settingsQueries'
import { linesOf } from './lines'

export type KeyDraft = { kind: Key['kind']; origins: string; note: string }

export const emptyKey: KeyDraft = { kind: 'browser', origins: '', note: '' }

/** Only a browser key has origins: a server sends none. */
export function keyBody({ kind, origins, note }: KeyDraft): KeyBody {
  return { kind, ...(kind === 'browser' ? { origins: linesOf(origins) } : {}), ...(note.trim() ? { note: note.trim() } : {}) }
}

/** What stops when a key is revoked. */
export function whatStops({ kind, origins }: Pick<Key, 'kind' | 'origins'>): string {
  if (kind === 'server') return 'Servers, log shippers and exporters that send with it are refused: their calls, spans and events stop arriving.'
  const pages = origins.length === 0 ? 'all pages that carry it' : origins.join(', ')
  return `Browsers on ${pages} are refused: their events and calls stop arriving, and with them sessions and links.`
}
