import type { Hit } from '../../api/types'
import { term } from '../../lib/filter'
import type { Search } from '../../lib/search'
import { toIso } from '../../lib/time'
import { callKey, eventKey } from '../sessions/timeline'

export type Target = { to: string; search: Search }

const quarter = 15 * 60_000
const week = 7 * 24 * 3_600_000

/** Where a hit is seen: the row itself, in a range of time that holds it. */
export function targetOf(hit: Hit, q: string): Target {
  const at = Date.parse(hit.time)
  const around = { from: toIso(at - quarter), to: toIso(at + quarter) }
  const before = { from: toIso(at - week), to: toIso(at + quarter) }
  const session = (id: string, sel?: string): Target => ({ to: `/sessions/${encodeURIComponent(id)}`, search: sel ? { sel } : {} })
  switch (hit.kind) {
    case 'session': return session(hit.id)
    case 'trace': return { to: '/calls', search: { ...around, side: 'any', filter: term('call.trace_id', '==', q), sel: hit.id } }
    case 'request': return { to: '/calls', search: { ...around, side: 'any', filter: term('call.request_id', '==', q), sel: hit.id } }
    case 'call': return hit.session_id ? session(hit.session_id, callKey(hit.id)) : { to: '/calls', search: { ...around, side: 'any', sel: hit.id } }
    case 'event': return hit.session_id ? session(hit.session_id, eventKey(hit.id)) : { to: '/sessions', search: before }
    case 'account': return { to: `/accounts/${encodeURIComponent(hit.id)}`, search: before }
    default: return { to: `/people/${encodeURIComponent(hit.id)}`, search: before }
  }
}

/** Whether the hit can be opened at all: an event outside every session has no page. */
export function canOpen(hit: Hit): boolean {
  return hit.kind !== 'event' || Boolean(hit.session_id)
}
