import { randomId } from './id'
import { pageUrl, referrerUrl } from './url'

/** One view of a page. A route change makes another one. */
export class Page {
  readonly id = randomId(16)
  readonly url = pageUrl(location.href)
  readonly referrer: string | undefined
  private number = 0

  constructor(from: string) {
    this.referrer = referrerUrl(from)
  }

  /** The next number of an event: a gap shows that one was lost. */
  next(): number {
    return ++this.number
  }
}
