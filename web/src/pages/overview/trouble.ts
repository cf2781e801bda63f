// Which endpoint hurts people most, judged by the catalogue alone: failures first, then slowness weighed by who waits.
import type { EndpointStats } from '../../api/types'

export type Trouble = { kind: 'failing' | 'slow'; endpoint: EndpointStats }

/** Fewer failures than this may be chance, and a lower share is the noise of any network. */
const leastFailed = 5
const leastShare = 0.01
/** A person notices a wait of a second. */
const slowUs = 1_000_000

const isFailing = (e: EndpointStats) => e.failed >= leastFailed && e.error_rate >= leastShare
const isSlow = (e: EndpointStats) => (e.p95_us ?? 0) >= slowUs
const waiting = (e: EndpointStats) => e.calls * (e.p95_us ?? 0)

/** The endpoints worth a look, worst first: those that fail, by how often; then the slow ones, by who waits; then the rest. */
export function worstFirst(endpoints: EndpointStats[]): EndpointStats[] {
  const rank = (e: EndpointStats) => (isFailing(e) ? 0 : isSlow(e) ? 1 : 2)
  return endpoints.toSorted((a, b) => rank(a) - rank(b) || (rank(a) === 1 ? waiting(b) - waiting(a) : b.failed - a.failed || waiting(b) - waiting(a)))
}

/** The one endpoint that hurts most; null on a quiet day. */
export function worstTrouble(endpoints: EndpointStats[]): Trouble | null {
  const worst = worstFirst(endpoints)[0]
  if (worst && isFailing(worst)) return { kind: 'failing', endpoint: worst }
  return worst && isSlow(worst) ? { kind: 'slow', endpoint: worst } : null
}
