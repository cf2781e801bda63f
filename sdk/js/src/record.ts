import { timestamp, type Moment } from './clock.js'
import { randomId } from './id.js'
import type { Consent } from './options.js'
import { page as current, type Page } from './page.js'
import { add, closeQueue, openQueue } from './queue.js'
import { forgetVisitor, keepVisitor, touch } from './visitor.js'

/** A native event without what its batch tells and what is the same for all. */
export interface EventRecord {
  kind: string
  name?: string
  id?: string
  action_id?: string
  target?: object
  properties?: object
}

/** What the person has decided so far. */
export let consent: Consent = 'pending'

/** Takes a decision: what was noted is sent, or forgotten. */
export function decide(decision: Consent): void {
  consent = decision
  if (decision === 'granted') {
    keepVisitor()
    openQueue()
  } else if (decision === 'denied') {
    closeQueue()
    forgetVisitor()
  }
}

/** Notes what a person did or saw, on the page where it happened. */
export function recordEvent(record: EventRecord, at: Moment = performance.now(), page: Page = current): void {
  if (consent === 'denied') return
  if (record.kind !== 'web_vital') touch() // what a browser measures is no sign of life
  add('events', page, { id: randomId(8), time: timestamp(at), seq: ++page.seq, name: record.kind, ...record })
}

/** Notes a request. Calls never begin or extend a visit. */
export function recordCall(record: object, page: Page): void {
  if (consent !== 'denied') add('calls', page, record)
}
