import { recordEvent } from './record.js'

// A browser that leaves a page says so twice.
const least = 100

/** When the page became visible, or was last noted to be. */
let since = NaN

/**
 * Notes for how long the page has been visible since this was last noted: pieces, because nobody knows which of the moments that a page is
 * hidden is its last.
 */
export function noteEngaged(visible = document.visibilityState === 'visible'): void {
  const now = performance.now()
  const ms = Math.round(now - since)
  if (ms >= least) recordEvent({ kind: 'web_vital', name: 'engaged', properties: { engaged_ms: ms } })
  since = visible ? now : NaN
}
