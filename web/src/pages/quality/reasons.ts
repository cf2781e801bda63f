import type { Quality } from '../../api/types'

/** Why a call stays unlinked, in plain words; a word the server adds later shows as it is. */
const meanings: Record<string, string> = {
  no_consent: 'the person denied, or nothing says they agreed',
  background: 'a poll, or another route that repeats by itself',
  crowded_key: 'too many people share the address or browser',
  ambiguous: 'several rows fit and none fits better',
  no_action: 'the browser called by itself: no action explains it',
  defect: 'linking failed, which the server\'s log tells; it is tried again',
  no_row: 'no server row answers it: is that server\'s log imported?',
  no_client: 'no browser call or action explains it: does that page report what people do?',
}

export function describeReason(reason: string): string {
  return meanings[reason] ?? ''
}

/** Server calls that the linker never looked at, because nothing from a browser shares their session, trace or address. */
export function callsAlone({ calls, unlinked }: Pick<Quality, 'calls' | 'unlinked'>): number {
  const linked = Object.values(calls.by_method).reduce((sum, count) => sum + count, 0)
  const explained = unlinked.reduce((sum, { side, count }) => sum + (side === 'server' ? count : 0), 0)
  return Math.max(0, calls.total - linked - explained)
}
