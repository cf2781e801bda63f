import { timestamp } from './clock'
import type { Page } from './page'
import { read, write, type Visitor } from './visitor'

const parkedKey = 'clickspan.unsent'
const firstWait = 1_000
const wait = 5_000
const fullRecords = 50
const fullBytes = 48_000
// Browsers take 64 kB at once from a page that is being left.
const requestBytes = 60_000
const heldBytes = 200_000
const recordBytes = 16_000
const pendingRecords = 500
const firstPause = 2_000
const longestPause = 300_000

type Kind = 'events' | 'calls'

interface Batch {
  page: Page
  session: string
  user?: string
  ids: ReturnType<Visitor['ids']>
  events: string[]
  calls: string[]
}

/** What the queue needs to know. */
export interface QueueConfig {
  endpoint: string
  key: string
  release?: string
  visitor: Visitor
  /** The page's own fetch, before anybody wrapped it. */
  fetch: typeof fetch
}

/**
 * Brings records to the server. They wait a moment for each other, are sent together, and again when that fails: each has an id, so twice is
 * once. What cannot be held is dropped, oldest first, which the numbers of the events make visible.
 */
export class Queue {
  private filling: Batch[] = []
  private records = 0
  private bytes = 0
  private ready: string[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  private pause = 0
  private sending = false
  private opened = false
  private refused = false
  private delay = firstWait

  constructor(private readonly config: QueueConfig) {
    addEventListener('online', () => {
      this.pause = 0
      this.flush()
    })
  }

  /** Begins to send: what waited for consent, and what an earlier page could not send. */
  open(): void {
    this.opened = true
    this.unpark()
    this.schedule()
  }

  /** Throws away everything and sends no more. */
  close(): void {
    this.opened = false
    this.filling = []
    this.ready = []
    this.records = this.bytes = 0
    write(parkedKey, null)
  }

  /** Adds a record of `page`. */
  add(kind: Kind, page: Page, record: object): void {
    const text = JSON.stringify(record)
    if (this.refused || text.length > recordBytes || (!this.opened && this.records >= pendingRecords)) return
    this.batch(page)[kind].push(text)
    this.records++
    this.bytes += text.length
    if (this.records >= fullRecords || this.bytes >= fullBytes) this.flush()
    else if (document.visibilityState === 'hidden') queueMicrotask(() => this.leave())
    else this.schedule()
  }

  /** Gives the records that waited for consent the session they turned out to belong to. */
  adopt(): void {
    for (const batch of this.filling) batch.ids = { ...this.config.visitor.ids(), user_id: batch.user }
  }

  /** Sends what is there. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (!this.opened || this.refused) return
    this.seal()
    if (!this.sending && this.ready.length && navigator.onLine && !this.pause) void this.send()
  }

  /** Sends what is there although the page may end at any moment. */
  leave(): void {
    if (!this.opened || this.refused) return
    this.seal()
    const lost: string[] = []
    while (this.ready.length) {
      const lines = this.take()
      const sent = navigator.onLine && !this.pause && navigator.sendBeacon?.(this.address(), new Blob([stamped(lines)], { type: 'text/plain' }))
      if (!sent) lost.push(...lines)
    }
    if (lost.length) write(parkedKey, bounded([...(read(parkedKey)?.split('\n') ?? []), ...lost]).join('\n'))
  }

  private batch(page: Page): Batch {
    const ids = this.config.visitor.ids()
    const fits = (b: Batch) => b.page === page && b.session === ids.session_id && b.user === ids.user_id
    let batch = this.filling.find(fits)
    if (!batch) this.filling.push((batch = { page, session: ids.session_id, user: ids.user_id, ids, events: [], calls: [] }))
    return batch
  }

  /** Closes the batches that are being filled. */
  private seal(): void {
    this.ready = bounded([...this.ready, ...this.filling.map((batch) => this.line(batch))])
    this.filling = []
    this.records = this.bytes = 0
  }

  private line({ page, ids, events, calls }: Batch): string {
    const head = {
      ...ids,
      consent: 'granted',
      release: this.config.release,
      page: { id: page.id, url: page.url, referrer: page.referrer },
      context: { language: navigator.language, network: connection() },
    }
    return `${JSON.stringify(head).slice(0, -1)},"events":[${events}],"calls":[${calls}]}`
  }

  private schedule(): void {
    if (!this.opened || this.timer) return
    this.timer = setTimeout(() => this.flush(), this.delay)
  }

  private async send(): Promise<void> {
    this.sending = true
    const lines = this.take()
    const retryAfter = await this.post(stamped(lines))
    this.sending = false
    if (!this.opened) return
    this.delay = wait
    if (retryAfter === undefined) {
      this.pause = 0
      if (this.ready.length) this.flush()
      return
    }
    this.ready = bounded([...lines, ...this.ready])
    this.pause = Math.min(this.pause ? this.pause * 2 : firstPause, longestPause)
    setTimeout(
      () => {
        const pause = this.pause
        this.pause = 0
        this.flush()
        if (this.sending) this.pause = pause // doubled if this fails too
      },
      Math.max(retryAfter * 1000, this.pause * (0.5 + Math.random())),
    )
  }

  /** Answers `undefined` when the request is settled, else after how many seconds to try again. */
  private async post(body: string): Promise<number | undefined> {
    try {
      const answer = await this.config.fetch.call(window, this.address(), {
        method: 'POST',
        body,
        headers: { 'content-type': 'text/plain' },
        keepalive: body.length < requestBytes,
        credentials: 'omit',
      })
      if (answer.ok) return
      if (answer.status === 429 || answer.status === 408 || (answer.status >= 500 && answer.status !== 501)) {
        return Number(answer.headers.get('retry-after')) || 0
      }
      // A wrong key or address stays wrong; bad records alone are 400 and cost themselves.
      this.refused = answer.status !== 400 && answer.status !== 413
      console.warn(`clickspan: ${this.config.endpoint} answered ${answer.status}`, await answer.text())
    } catch {
      return 0
    }
  }

  private address(): string {
    return `${this.config.endpoint}?key=${encodeURIComponent(this.config.key)}`
  }

  /** Takes as many lines as fit into a request, at least one. */
  private take(): string[] {
    let size = 0
    let n = 0
    while (n < this.ready.length && (n === 0 || size + this.ready[n]!.length < requestBytes)) size += this.ready[n++]!.length
    return this.ready.splice(0, n)
  }

  private unpark(): void {
    const parked = read(parkedKey)
    if (!parked) return
    write(parkedKey, null)
    this.ready = bounded([...parked.split('\n'), ...this.ready])
  }
}

/** Drops the oldest lines until the rest can be held. */
function bounded(lines: string[]): string[] {
  let size = lines.reduce((sum, line) => sum + line.length, 0)
  while (size > heldBytes) size -= lines.shift()!.length
  return lines
}

/** The request's body: the clock is corrected by when it was sent, not when it was recorded. */
function stamped(lines: string[]): string {
  const sent = `{"sent_at":"${timestamp()}",`
  return lines.map((line) => sent + line.slice(1)).join('\n')
}

function connection(): string | undefined {
  return (navigator as { connection?: { effectiveType?: string } }).connection?.effectiveType
}
