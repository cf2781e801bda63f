import type { Action, Cause } from './actions'
import { micros, timestamp, type Moment } from './clock'
import { randomId } from './id'
import type { Page } from './page'
import type { Recorder } from './recorder'
import { Resources } from './resources'
import { bare, isListed } from './url'

/** A request that the application made, while it is under way. */
export interface Call {
  method: string
  url: URL
  start: Moment
  page: Page
  cause?: Cause
  /** Whether the request may carry our headers. */
  traced: boolean
  trace: string
  span: string
  /** Goes on when the page is left. */
  outlives: boolean
  /** Set when it has ended. */
  end?: Moment
  timing?: PerformanceResourceTiming
  status?: number
  error?: string
  serverTiming?: string | null
}

/** Notes fetch and XMLHttpRequest as client calls and lets the server recognise them. */
export class Calls {
  private readonly resources = new Resources()
  private readonly open = new Set<Call>()

  constructor(private readonly recorder: Recorder) {
    addEventListener('pagehide', () => this.leave())
  }

  /** Begins to follow a request; undefined when it is none of ours to follow. */
  begin(method: string, address: string | URL, outlives = false): Call | undefined {
    const { recorder } = this
    if (!recorder.listening) return
    const url = new URL(address, document.baseURI)
    if (!/^https?:$/.test(url.protocol)) return
    const call: Call = {
      method: method.toUpperCase(),
      url,
      start: performance.now(),
      page: recorder.page,
      cause: recorder.actions.start(`${method} ${bare(url)}`),
      traced: url.origin === location.origin || isListed(url.host, recorder.options.traceHosts ?? []),
      trace: randomId(16),
      span: randomId(8),
      outlives,
    }
    this.open.add(call)
    this.resources.expect(call)
    return call
  }

  /** Puts our headers beside the application's. Another tracer's `traceparent` stays, and its ids become the call's. */
  trace(call: Call, existing: { traceparent?: string | null; baggage?: string | null }, set: (name: string, value: string) => void): void {
    if (!call.traced) return
    const found = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-/.exec(existing.traceparent ?? '')
    if (found) [call.trace, call.span] = [found[1]!, found[2]!]
    if (!existing.traceparent) set('traceparent', `00-${call.trace}-${call.span}-${this.sampled() ? '01' : '00'}`)
    if (!this.recorder.granted) return // the ids below recognise a visit
    const members = [`session.id=${this.recorder.visitor.session}`, `page.id=${call.page.id}`]
    if (call.cause) members.push(`action.id=${call.cause.action.id}`)
    set('baggage', existing.baggage ? `${existing.baggage},${members}` : `${members}`)
  }

  /** Ends a request and notes it, as soon as the browser has told how it went. */
  async finish(call: Call, outcome: { status?: number; error?: string; serverTiming?: string | null }): Promise<void> {
    if (call.end !== undefined) return
    Object.assign(call, outcome, { end: performance.now() })
    await this.resources.wait(call)
    this.note(call)
  }

  /** Whether the visit's traces are kept: all or none, so that none is torn. */
  private sampled(): boolean {
    const share = this.recorder.options.sample ?? 1
    return parseInt(this.recorder.visitor.session.slice(0, 8), 16) / 2 ** 32 < share
  }

  /** The page ends, and with it what has not ended by itself. */
  private leave(): void {
    for (const call of this.open) {
      if (call.end === undefined && call.outlives) continue
      if (call.end === undefined) Object.assign(call, { end: performance.now(), error: 'abort' })
      this.note(call)
    }
  }

  private note(call: Call): void {
    if (!this.open.delete(call)) return
    const { timing, cause } = call
    const end = timing?.responseEnd || call.end!
    this.recorder.actions.end(cause, end)
    this.recorder.call(
      {
        id: randomId(8),
        time: timestamp(call.start),
        duration_us: micros(end - call.start),
        method: call.method,
        url: bare(call.url),
        status: call.status || undefined,
        error: call.error,
        action_id: cause?.action.id,
        page_id: call.page.id,
        trace_id: call.traced ? call.trace : undefined,
        span_id: call.traced ? call.span : undefined,
        server_trace_id: serverTrace(call),
        response_bytes: timing?.encodedBodySize || undefined,
        attributes: { 'clickspan.cause': cause?.how, ...phases(timing) },
      },
      call.page,
    )
  }
}

/** Notes the request of the page itself, as far as the browser tells. */
export function recordDocument(recorder: Recorder, action: Action, page: Page): void {
  const timing = performance.getEntriesByType('navigation')[0]
  if (!timing?.responseEnd) return
  recorder.call(
    {
      id: randomId(8),
      time: timestamp(timing.startTime),
      duration_us: micros(timing.responseEnd - timing.startTime),
      method: 'GET',
      url: page.url.replace(/[?#].*/, ''),
      class: 'document',
      status: timing.responseStatus || undefined,
      action_id: action.id,
      page_id: page.id,
      server_trace_id: traceOf(timing),
      response_bytes: timing.encodedBodySize || undefined,
      attributes: { 'clickspan.cause': 'direct', ...phases(timing) },
    },
    page,
  )
}

/** What the server told of its own trace, when the request could carry none. */
function serverTrace(call: Call): string | undefined {
  return /\btraceparent\s*;\s*desc="?[\da-f]{2}-([\da-f]{32})-/.exec(call.serverTiming ?? '')?.[1] ?? (call.timing && traceOf(call.timing))
}

function traceOf(timing: PerformanceResourceTiming): string | undefined {
  const told = timing.serverTiming?.find(({ name }) => name === 'traceparent')
  return /^[\da-f]{2}-([\da-f]{32})-/.exec(told?.description ?? '')?.[1]
}

/** The phases of a request in microseconds, by the names of HAR. Of other origins only those that allow it show them. */
function phases(timing: PerformanceResourceTiming | undefined): Record<string, unknown> {
  if (!timing?.responseStart) return {}
  const begun = timing.domainLookupStart || timing.requestStart
  const all = {
    blocked: begun - timing.startTime,
    dns: timing.domainLookupEnd - timing.domainLookupStart,
    connect: timing.connectEnd - timing.connectStart,
    wait: timing.responseStart - timing.requestStart,
    receive: timing.responseEnd - timing.responseStart,
  }
  const found: Record<string, unknown> = {}
  for (const [name, ms] of Object.entries(all)) if (ms > 0) found[`timing.${name}_us`] = micros(ms)
  if (!timing.transferSize && timing.encodedBodySize) found['clickspan.cached'] = true
  return found
}
