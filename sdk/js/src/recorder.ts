import { Actions } from './actions'
import { timestamp, type Moment } from './clock'
import { randomId } from './id'
import type { Consent, Options } from './options'
import { Page } from './page'
import { Queue } from './queue'
import { Visitor } from './visitor'

/** A native event without what the batch tells. */
export interface EventRecord {
  kind: string
  name?: string
  id?: string
  action_id?: string
  target?: object
  properties?: object
}

/** What all parts share: who, where, why, and where records go. */
export class Recorder {
  readonly visitor = new Visitor()
  readonly actions = new Actions()
  readonly queue: Queue
  page = new Page(document.referrer)
  private consented: Consent = 'pending'

  constructor(readonly options: Options) {
    this.queue = new Queue({ ...options, visitor: this.visitor, fetch })
    this.consent(options.consent ?? 'granted')
  }

  /** Whether anything may be noted at all. */
  get listening(): boolean {
    return this.consented !== 'denied'
  }

  /** Whether the person agreed, so that the visit may be recognised in the application's own requests. */
  get granted(): boolean {
    return this.consented === 'granted'
  }

  /** Takes a decision: what was noted is sent, or forgotten. */
  consent(decision: Consent): void {
    this.consented = decision
    if (decision === 'granted') {
      if (this.visitor.keep()) this.queue.adopt()
      this.queue.open()
    } else if (decision === 'denied') {
      this.queue.close()
      this.visitor.forget()
    }
  }

  /** Notes what a person did or saw, on the page where it happened. */
  event(record: EventRecord, at: Moment = performance.now(), page: Page = this.page): void {
    if (!this.listening) return
    this.visitor.touch()
    this.queue.add('events', page, { id: randomId(8), time: timestamp(at), seq: page.next(), name: record.kind, ...record })
  }

  /** Notes a request. Calls never begin or extend a visit. */
  call(record: object, page: Page): void {
    if (this.listening) this.queue.add('calls', page, record)
  }
}
