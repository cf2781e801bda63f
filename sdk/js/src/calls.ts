import { beginCause, endCause, type Action, type Cause } from './actions.js'
import { micros, timestamp, type Moment } from './clock.js'
import { randomId } from './id.js'
import { options } from './options.js'
import { page as current, type Page } from './page.js'
import { consent, recordCall } from './record.js'
import { bare, isListed } from './url.js'
import { sessionId } from './visitor.js'

// The body of a long answer may still be on its way when the application has its head.
const patience = 2_000
// The browser notes a start a little before or after we do.
const slack = 2

/** A request of the page, first under way, then ended. */
export interface Call {
  method: string
  url: URL
  start: Moment
  page: Page
  cause?: Cause
  document?: boolean
  /** The ids of the `traceparent` it carries; undefined where it may carry none. */
  trace?: string
  span?: string
  end?: Moment
  timing?: PerformanceResourceTiming
  status?: number
  error?: string
  serverTiming?: string | null
}

const open = new Set<Call>()

/** Lets every call find the browser's own timing, and ends those that the page leaves behind. */
export function watchCalls(): void {
  const observer = new PerformanceObserver((list) => list.getEntries().forEach(take))
  observer.observe({ type: 'resource' })
  addEventListener('pagehide', () => {
    observer.takeRecords().forEach(take)
    for (const call of open) {
      call.error ??= call.end ? undefined : 'abort'
      note(call)
    }
  })
}

/** Begins to follow a request; undefined when it is none to follow. */
export function beginCall(method: string, address: string | URL): Call | undefined {
  const url = new URL(address, document.baseURI)
  if (consent === 'denied' || !url.protocol.startsWith('http')) return
  method = method.toUpperCase()
  const call: Call = { method, url, start: performance.now(), page: current, cause: beginCause(`${method} ${bare(url)}`) }
  if (url.origin === location.origin || isListed(url.host, options.traceHosts ?? [])) {
    call.trace = randomId(16)
    call.span = randomId(8)
  }
  open.add(call)
  return call
}

/** Puts our headers beside the application's. Another tracer's `traceparent` stays, and its ids become the call's. */
export function addHeaders(call: Call, traceparent: string | null | undefined, baggage: string | null | undefined, set: (name: string, value: string) => void): void {
  if (!call.trace) return
  if (traceparent) [, call.trace, call.span] = traceparent.split('-')
  else set('traceparent', `00-${call.trace}-${call.span}-0${isSampled() ? 1 : 0}`)
  if (consent !== 'granted') return // these ids recognise a visit
  const action = call.cause?.action.id
  set('baggage', `${baggage ? `${baggage},` : ''}session.id=${sessionId()},page.id=${call.page.id}${action ? `,action.id=${action}` : ''}`)
}

/** Ends a request. It is noted when the browser has told how it went, or does not do so soon. */
export function endCall(call: Call, outcome: Pick<Call, 'status' | 'error' | 'serverTiming'>): void {
  Object.assign(call, outcome, { end: performance.now() })
  if (call.timing) note(call)
  else setTimeout(note, patience, call)
}

/** Notes the request of the page itself, as far as the browser tells. */
export function recordDocument(action: Action, page: Page): void {
  const timing = performance.getEntriesByType('navigation')[0]
  if (timing?.responseEnd) {
    record({ method: 'GET', url: new URL(page.url), start: 0, page, cause: { action, how: 'direct' }, document: true, status: timing.responseStatus, timing })
  }
}

/** Whether the visit's traces are kept: all or none, so that none is torn. */
const isSampled = (): boolean => parseInt(sessionId().slice(0, 8), 16) < (options.sample ?? 1) * 2 ** 32

function take(found: PerformanceEntry): void {
  const entry = found as PerformanceResourceTiming
  if (!/^(fetch|xmlhttprequest)$/.test(entry.initiatorType)) return
  for (const call of open) {
    if (!call.timing && entry.startTime >= call.start - slack && entry.name === call.url.href.replace(/#.*/, '')) {
      call.timing = entry
      if (call.end) note(call)
      return
    }
  }
}

function note(call: Call): void {
  if (!open.delete(call)) return
  if (call.cause) endCause(call.cause)
  record(call)
}

const ended = ({ timing, end }: Call): Moment => timing?.responseEnd || end || performance.now()

function record(call: Call): void {
  const { page, cause, timing } = call
  recordCall(
    {
      id: randomId(8),
      time: timestamp(call.start),
      duration_us: micros(ended(call) - call.start),
      method: call.method,
      url: bare(call.url),
      class: call.document ? 'document' : undefined,
      status: call.status || undefined,
      error: call.error,
      action_id: cause?.action.id,
      page_id: page.id,
      trace_id: call.trace,
      span_id: call.span,
      server_trace_id: serverTrace(call),
      response_bytes: timing?.encodedBodySize || undefined,
      attributes: { 'clickspan.cause': cause?.how, ...(timing?.responseStart ? phases(timing) : {}) },
    },
    page,
  )
}

/** What the server told of its own trace: in the header where that may be read, else in the timing. */
function serverTrace({ serverTiming, timing }: Call): string | undefined {
  const entry = timing?.serverTiming?.find(({ name }) => name === 'traceparent')
  return /traceparent;\s*desc="?[\da-f]{2}-([\da-f]{32})/.exec(`${serverTiming},${entry && `traceparent;desc=${entry.description}`}`)?.[1]
}

/** The phases of a request in microseconds, by the names of HAR. Only other origins that allow it show them. */
function phases(timing: PerformanceResourceTiming): Record<string, unknown> {
  const all = {
    blocked: (timing.domainLookupStart || timing.requestStart) - timing.startTime,
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
