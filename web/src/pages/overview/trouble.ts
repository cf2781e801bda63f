// Which endpoint hurts people most, judged by the catalogue alone: failures first, then slowness weighed by who waits.
import type { EndpointStats } from '../../api/types'

export type Trouble = { kind: 'failing' | 'slow'; endpoint: EndpointStats }

/** Fewer failures than this may be chance, and a lower share is the noise of any network. */
const leastFailed = 5
const leastShare = 0.01
/** A person notices a wait of a second. */
const slowUs = 1_000_000

export function worstTrouble(endpoints: EndpointStats[]): Trouble | null {
  const failing = endpoints.filter((e) => e.failed >= leastFailed && e.error_rate >= leastShare)
  const worst = maxBy(failing, (e) => e.failed)
  if (worst) return { kind: 'failing', endpoint: worst }
  const slow = maxBy(endpoints.filter((e) => (e.p95_us ?? 0) >= slowUs), (e) => e.calls * (e.p95_us ?? 0))
  return slow ? { kind: 'slow', endpoint: slow } : null
}

/** The endpoints worth a look, worst first: those that fail by how often, then the slowest. */
export function worstEndpoints(endpoints: EndpointStats[], count: number): EndpointStats[] {
  return endpoints.toSorted((a, b) => b.failed - a.failed || (b.p95_us ?? 0) - (a.p95_us ?? 0)).slice(0, count)
}

function maxBy<Item>(items: Item[], weight: (item: Item) => number): Item | null {
  return items.reduce<Item | null>((best, item) => (best === null || weight(item) > weight(best) ? item : best), null)
}
