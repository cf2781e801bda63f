import type { CallRecord, EventRecord, LinkRecord } from '../../api/types'

export type Part = { name: 'before the request' | 'network' | 'server' | 'after the response'; us: number; what: string }

/**
 * Where the time of a request went, as far as its two sides tell; null when they were not both timed. The clocks of the
 * two sides need not agree: only durations of one side are compared with those of the other.
 */
export function splitOf(event: EventRecord | undefined, calls: CallRecord[], links: LinkRecord[]): Part[] | null {
  const client = calls.find((c) => c.side === 'client' && c.duration_us != null)
  if (!client) return null
  const servers = links.filter((l) => l.client_call_id === client.id && l.server_call_id).map((l) => l.server_call_id)
  // Of several tiers the outermost one counts, which waited for the others.
  const server = calls.filter((c) => c.side === 'server' && c.duration_us != null && (servers.length === 0 || servers.includes(c.id))).toSorted((a, b) => b.duration_us! - a.duration_us!)[0]
  if (!server) return null
  const waited = client.duration_us!
  const parts: Part[] = [
    { name: 'network', us: Math.max(0, waited - server.duration_us!), what: 'the way there and back, and waiting in the browser' },
    { name: 'server', us: Math.min(waited, server.duration_us!), what: server.service || 'the API' },
  ]
  const direct = event && links.some((l) => l.event_id === event.id && l.client_call_id === client.id)
  if (direct) {
    const start = us(client.time) - us(event.time)
    if (start >= 0) parts.unshift({ name: 'before the request', us: start, what: 'from the action until the browser asked' })
    const after = us(event.time) + (event.duration_us ?? 0) - us(client.time) - waited
    if (event.duration_us && after > 0) parts.push({ name: 'after the response', us: after, what: 'until the page had done what the action asked' })
  }
  return parts
}

/** Microseconds since the epoch; Date alone would cut what is below a millisecond. */
function us(time: string): number {
  const digits = /\.(\d{1,6})/.exec(time)?.[1] ?? ''
  return Math.floor(Date.parse(time) / 1000) * 1e6 + Number(digits.padEnd(6, '0'))
}
