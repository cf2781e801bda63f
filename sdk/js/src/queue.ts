import { timestamp } from './clock.js'
import { options } from './options.js'
import type { Page } from './page.js'
import { read, write } from './storage.js'
import { ids } from './visitor.js'

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

/** Records that share what the batch tells, each as JSON. */
interface Batch {
  page: Page
  who: ReturnType<typeof ids>
  events: string[]
  calls: string[]
}

let filling: Batch[] = []
let records = 0
let bytes = 0
let ready: string[] = []
let timer: ReturnType<typeof setTimeout> | undefined
let failures = 0
let sending = false
let opened = false
let refused = false
let pace = firstWait

let ownFetch: typeof fetch

/** Gets ready to send. The page's own fetch is taken before anybody follows it. */
export function prepareQueue(): void {
  ownFetch = fetch
  addEventListener('online', () => {
    failures = 0
    flush()
  })
}

/** Begins to send: what waited for consent, under the ids that it turned out to have, and what an earlier page could not send. */
export function openQueue(): void {
  opened = true
  const { session_id, device_id } = ids()
  for (const batch of filling) batch.who = { ...batch.who, session_id, device_id }
  ready = bounded([...parked(), ...ready])
  write(parkedKey, null)
  schedule(pace)
}

/** Throws away everything and sends no more. */
export function closeQueue(): void {
  opened = false
  filling = []
  ready = []
  records = bytes = 0
  write(parkedKey, null)
}

/**
 * Adds a record of `page`. Records wait a moment for each other, are sent together, and again when that fails: each has an id, so twice is
 * once. What cannot be held is dropped, which the numbers of the events make visible.
 */
export function add(kind: 'events' | 'calls', page: Page, record: object): void {
  const text = JSON.stringify(record)
  if (refused || text.length > recordBytes || (!opened && records >= pendingRecords)) return
  batchOf(page)[kind].push(text)
  records++
  bytes += text.length
  if (document.visibilityState === 'hidden') queueMicrotask(leave)
  else if (!failures && (records >= fullRecords || bytes >= fullBytes)) flush()
  else schedule(pace)
}

/** Sends what is there although the page may end at any moment. What cannot be sent waits for the next page. */
export function leave(): void {
  if (!opened || refused) return
  seal()
  const left: string[] = []
  while (ready.length) {
    const lines = take()
    const sent = !failures && navigator.onLine && navigator.sendBeacon(address(), new Blob([stamped(lines)], { type: 'text/plain' }))
    if (!sent) left.push(...lines)
  }
  if (left.length) write(parkedKey, bounded([...parked(), ...left]).join('\n'))
}

function batchOf(page: Page): Batch {
  const now = ids()
  let batch = filling.find((b) => b.page === page && b.who.session_id === now.session_id && b.who.user_id === now.user_id)
  if (!batch) filling.push((batch = { page, who: now, events: [], calls: [] }))
  return batch
}

/** Closes the batches that are being filled. */
function seal(): void {
  ready = bounded([...ready, ...filling.map(line)])
  filling = []
  records = bytes = 0
}

function line({ page, who, events, calls }: Batch): string {
  const head = {
    ...who,
    consent: 'granted',
    release: options.release,
    page: { ...page, seq: undefined },
    context: { language: navigator.language, network: (navigator as { connection?: { effectiveType?: string } }).connection?.effectiveType },
  }
  return `${JSON.stringify(head).slice(0, -1)},"events":[${events}],"calls":[${calls}]}`
}

function schedule(ms: number): void {
  if (opened) timer ??= setTimeout(flush, ms)
}

function flush(): void {
  clearTimeout(timer)
  timer = undefined
  if (!opened || refused || sending || !navigator.onLine) return
  seal()
  if (ready.length) void send()
}

async function send(): Promise<void> {
  sending = true
  const lines = take()
  const again = await post(stamped(lines))
  sending = false
  pace = wait
  if (!opened) return
  if (again === undefined) {
    failures = 0
    if (ready.length) flush()
    return
  }
  ready = bounded([...lines, ...ready])
  const pause = Math.min(firstPause * 2 ** failures++, longestPause)
  clearTimeout(timer)
  timer = undefined
  schedule(Math.max(again * 1000, pause * (0.5 + Math.random())))
}

/** Answers `undefined` when the request is settled, else after how many seconds to try again. */
async function post(body: string): Promise<number | undefined> {
  try {
    const answer = await ownFetch.call(window, address(), {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain' },
      keepalive: body.length < requestBytes,
      credentials: 'omit',
    })
    const { ok, status } = answer
    if (ok) return
    if (status === 429 || status === 408 || (status >= 500 && status !== 501)) return Number(answer.headers.get('retry-after')) || 0
    // A wrong key or address stays wrong; bad records cost themselves.
    refused = status !== 400 && status !== 413
    console.warn('clickspan:', status, await answer.text())
  } catch {
    return 0
  }
}

const address = (): string => `${options.endpoint}?key=${encodeURIComponent(options.key)}`

/** Takes as many lines as fit into a request, at least one. */
function take(): string[] {
  let size = 0
  let n = 0
  do size += ready[n++]!.length
  while (n < ready.length && size + ready[n]!.length < requestBytes)
  return ready.splice(0, n)
}

const parked = (): string[] => read(parkedKey)?.split('\n') ?? []

/** Drops the oldest lines until the rest can be held. */
function bounded(lines: string[]): string[] {
  let size = lines.join('').length
  while (size > heldBytes) size -= lines.shift()!.length
  return lines
}

/** The request's body. The server corrects the clock by when it was sent. */
const stamped = (lines: string[]): string => lines.map((text) => `{"sent_at":"${timestamp()}",${text.slice(1)}`).join('\n')
