import { addHeaders, beginCall, endCall, type Call } from './calls.js'

/** Members of RequestInit, which may be inherited or not enumerable, so that copying an object's own does not find them. */
const members = 'method body signal duplex mode credentials cache redirect referrer referrerPolicy integrity keepalive priority window'.split(' ') as (keyof RequestInit)[]

/** Follows `fetch`. Whatever goes wrong in here, the application's request goes out as it made it. */
export function watchFetch(): void {
  const original = window.fetch
  window.fetch = function (this: unknown, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = input instanceof Request ? input : undefined
    let call: Call | undefined
    let args: [RequestInfo | URL, RequestInit?] = [input, init]
    try {
      call = beginCall(init?.method ?? request?.method ?? 'GET', request?.url ?? String(input))
      if (call?.trace) args = traced(call, input, init)
    } catch {
      // The browser will say what is wrong with the arguments.
    }
    const answer = original.apply(this as typeof window, args)
    if (!call) return answer
    const followed = call
    // Handing on the promise made here, not the original, keeps `unhandledrejection` as it was.
    return answer.then(
      (response) => {
        endCall(followed, { status: response.status, serverTiming: response.headers.get('server-timing') })
        return response
      },
      (error: unknown) => {
        const signal = init?.signal ?? request?.signal
        endCall(followed, { error: signal?.aborted ? stopped(signal.reason) : 'network' })
        throw error
      },
    )
  }
}

/** The arguments with our headers added, and nothing else changed. */
function traced(call: Call, input: RequestInfo | URL, init?: RequestInit): [RequestInfo | URL, RequestInit?] {
  // With headers in init, those of a Request do not count. A copy of a Request without init keeps its stream, referrer and signal.
  const copy = input instanceof Request && !init?.headers ? new Request(input) : undefined
  const headers = copy?.headers ?? new Headers(init?.headers)
  addHeaders(call, headers.get('traceparent'), headers.get('baggage'), (name, value) => headers.set(name, value))
  if (copy) return [copy, init]
  const more: RequestInit = { ...init, headers }
  for (const name of members) if (init?.[name] !== undefined) more[name] = init[name] as never
  return [input, more]
}

const stopped = (reason: unknown): string => ((reason as Error | undefined)?.name === 'TimeoutError' ? 'timeout' : 'abort')

/** What an XMLHttpRequest was opened with. */
interface Opened {
  method: string
  address: string | URL
  traceparent?: string
}

/** Follows `XMLHttpRequest`. */
export function watchXhr(): void {
  const opened = new WeakMap<XMLHttpRequest, Opened>()
  const prototype = XMLHttpRequest.prototype
  const { open, send, setRequestHeader } = prototype
  prototype.open = function (this: XMLHttpRequest, method: string, address: string | URL, ...rest: unknown[]) {
    opened.set(this, { method, address })
    return (open as (...args: unknown[]) => void).call(this, method, address, ...rest)
  }
  prototype.setRequestHeader = function (name, value) {
    const about = opened.get(this)
    if (about && /^traceparent$/i.test(name)) about.traceparent = value
    return setRequestHeader.call(this, name, value)
  }
  prototype.send = function (body) {
    const about = opened.get(this)
    try {
      const call = about && beginCall(about.method, about.address)
      if (call) follow(this, call, about.traceparent)
    } catch {
      // The browser will say what is wrong with the address.
    }
    return send.call(this, body)
  }

  function follow(xhr: XMLHttpRequest, call: Call, traceparent?: string): void {
    // A header that is set twice is joined by the browser, so baggage needs only our own part.
    addHeaders(call, traceparent, null, (name, value) => setRequestHeader.call(xhr, name, value))
    let error: string | undefined
    const ended = ({ type }: Event) => {
      if (type !== 'loadend') {
        error = type === 'error' ? 'network' : type
        return
      }
      for (const end of ends) xhr.removeEventListener(end, ended)
      endCall(call, { status: xhr.status, error, serverTiming: xhr.status ? xhr.getResponseHeader('server-timing') : null })
    }
    const ends = ['abort', 'timeout', 'error', 'loadend'] as const
    for (const end of ends) xhr.addEventListener(end, ended)
  }
}
