import type { Search } from '../../lib/search'
import { callKey, eventKey } from './timeline'

/** Opens a visit at the row of the event, else at the row of the call, else at its beginning. */
export function sessionLink(session: string, row: { event_id?: string | undefined; call_id?: string | undefined } = {}) {
  const sel = row.event_id ? eventKey(row.event_id) : row.call_id ? callKey(row.call_id) : undefined
  const search: Search = sel ? { sel } : {}
  return { to: '/sessions/$id', params: { id: session }, search } as const
}
