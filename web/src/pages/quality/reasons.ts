/** Why a call stays unlinked, in plain words; a word the server adds later shows as it is. */
const meanings: Record<string, string> = {
  no_consent: 'the person denied, or nothing says they agreed',
  background: 'a poll, or another route that repeats by itself',
  crowded_key: 'too many people share the address or browser',
  ambiguous: 'several rows fit and none fits better',
  pending: 'it came a moment ago and is linked next',
  no_action: 'the browser called by itself: no action explains it',
  low_confidence: 'it is linked, but less surely than asked for',
  no_browser: 'nothing from a browser came with it: another service, a script, a bot, or a page that reports nothing',
  defect: 'linking failed, which the server\'s log tells; it is tried again',
  no_row: 'no server row answers it: is that server\'s log imported?',
  no_client: 'no browser call or action explains it: does that page report what people do?',
}

export function describeReason(reason: string): string {
  return meanings[reason] ?? ''
}
