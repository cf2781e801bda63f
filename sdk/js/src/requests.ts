import type { Calls, Call } from './calls'

/** Members of RequestInit, which may be inherited or not enumerable, so that copying an object's own does not find them. */
const members = [
  'method', 'body', 'signal', 'duplex', 'mode', 'credentials', 'cache', 'redirect', 'referrer', 'referrerPolicy', 'integrity', 'keepalive', 'priority', 'window',
] as const

/** Follows `fetch`. Whatever goes wrong in here, the application's request goes out as it made it. */
export function watchFetch(calls: Calls): void {
  const original = window.fetch
  window.fetch = function (this: unknown, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    let call: Call | undefined
    let args: [RequestInfo | URL, RequestInit?] = [input, init]
    try {
      const request = input instanceof Request ? input : undefined
      call = calls.begin(init?.method ?? request?.method ?? 'GET', request?.url ?? String(input), init?.keepalive ?? request?.keepalive)
      if (call) args = traced(calls, call, input, init)
    } catch {
      // The browser will say what is wrong with the arguments.
    }
    const answer = original.apply(this as typeof window, args)
    if (!call) return answer
    const followed = call
    // Handing on the promise made here, not the original, keeps `unhandledrejection` as it was.
    return answer.then(
      (response) => {
        void calls.finish(followed, { status: response.status, serverTiming: response.headers.get('server-timing') })
        return response
      },
      (error: unknown) => {
        const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
        void calls.finish(followed, { error: signal?.aborted ? stopped(signal.reason) : 'network' })
        throw error
      },
    )
  }
}

/** The arguments with our headers added, and nothing else changed. */
function traced(calls: Calls, call: Call, input: RequestInfo | URL, init?: RequestInit): [RequestInfo | URL, RequestInit?] {
  if (!call.traced) return [input, init]
  // With headers in init, those of a Request do not count. A copy of a Request without init keeps its stream, referrer and signal.
  const copy = input instanceof Request && !init?.headers ? new Request(input) : undefined
  const headers = copy?.headers ?? new Headers(init?.headers)
  calls.trace(call, { traceparent: headers.get('traceparent'), baggage: headers.get('baggage') }, (name, value) => headers.set(name, value))
  if (copy) return [copy, init]
  const more: Record<string, unknown> = { ...init, headers }
  for (const name of members) if (init?.[name as keyof RequestInit] !== undefined) more[name] = init[name as keyof RequestInit]
  return [input, more as RequestInit]
}

const stopped = (reason: unknown): string => ((reason as Error | undefined)?.name === 'TimeoutError' ? 'timeout' : 'abort')

interface Opened {
  method: string
  address: string | URL
  headers: Record<string, string>
}

/** Follows `XMLHttpRequest`. */
export function watchXhr(calls: Calls): void {
  const opened = new WeakMap<XMLHttpRequest, Opened>()
  const prototype = XMLHttpRequest.prototype
  const { open, send, setRequestHeader } = prototype
  prototype.open = function (this: XMLHttpRequest, method: string, address: string | URL, ...rest: unknown[]) {
    opened.set(this, { method, address, headers: {} })
    return (open as (...args: unknown[]) => void).call(this, method, address, ...rest)
  }
  prototype.setRequestHeader = function (name, value) {
    const about = opened.get(this)
    if (about) about.headers[name.toLowerCase()] = value
    return setRequestHeader.call(this, name, value)
  }
  prototype.send = function (body) {
    const about = opened.get(this)
    const call = about && begin(this, about)
    if (call) follow(this, call)
    return send.call(this, body)
  }

  function begin(xhr: XMLHttpRequest, { method, address, headers }: Opened): Call | undefined {
    try {
      const call = calls.begin(method, address)
      // A header that is set twice is joined by the browser, so baggage needs only our own part.
      if (call) calls.trace(call, { traceparent: headers['traceparent'] }, (name, value) => setRequestHeader.call(xhr, name, value))
      return call
    } catch {
      return undefined
    }
  }

  function follow(xhr: XMLHttpRequest, call: Call): void {
    let error: string | undefined
    const because = (kind: string) => () => (error = kind)
    const reasons = { abort: because('abort'), timeout: because('timeout'), error: because('network') }
    const ended = () => {
      for (const [type, listener] of Object.entries(reasons)) xhr.removeEventListener(type, listener)
      const serverTiming = xhr.status ? xhr.getResponseHeader('server-timing') : null
      void calls.finish(call, { status: xhr.status, error, serverTiming })
    }
    for (const [type, listener] of Object.entries(reasons)) xhr.addEventListener(type, listener)
    xhr.addEventListener('loadend', ended, { once: true })
  }
}
