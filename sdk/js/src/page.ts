import { randomId } from './id.js'
import { pageUrl, referrerUrl } from './url.js'

/** One view of a page. A route change makes another one. */
export interface Page {
  id: string
  url: string
  referrer?: string
  /** The number of the last event: a gap shows that one was lost. */
  seq: number
}

/** The page that is being viewed. */
export let page: Page

/** Begins a view; the person came from the address `from`. */
export function turnPage(from: string): void {
  page = { id: randomId(16), url: pageUrl(location.href), referrer: referrerUrl(from), seq: 0 }
}
