// A call in the formats that other tools take. Only what is stored can be copied: what was redacted stays redacted.
// Headers are not kept, and bodies of few endpoints only: curl and HAR come without both.
import type { CallRecord } from '../../api/types'

/** The address as stored. A log line often lacks the host, and never names the scheme. */
export function urlOf(call: CallRecord): string {
  const host = call.host || 'HOST'
  const scheme = /^(localhost|127\.|\[::1\])/.test(host) ? 'http' : 'https'
  const path = call.path || call.route || '/'
  return escaped(`${scheme}://${host}${path.startsWith('/') ? path : `/${path}`}${call.query ? `?${call.query}` : ''}`)
}

/** Escapes what must not stand in an address, and leaves escapes that are there. */
function escaped(url: string): string {
  return url.toWellFormed().replaceAll(/[^\x21-\x7e]|["<>\\^`|']/g, (c) => (c === "'" ? '%27' : encodeURIComponent(c)))
}

export function asCurl(call: CallRecord): string {
  const url = urlOf(call)
  const method = call.method === 'GET' ? '' : call.method === 'HEAD' ? ' --head' : ` --request ${shellQuote(call.method)}`
  // Brackets and braces in an address are patterns to curl.
  const plain = /[[\]{}]/.test(url) ? ' --globoff' : ''
  return `curl${plain}${method} ${shellQuote(url)}`
}

/** One word of a POSIX shell, whatever it contains. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

export function asJson(call: CallRecord): string {
  return JSON.stringify(call, null, 2)
}

/** HAR 1.2 with one entry. -1 is HAR's word for unknown. */
export function asHar(call: CallRecord): string {
  const url = urlOf(call)
  const ms = call.duration_us == null ? 0 : call.duration_us / 1000
  const queryString = (call.query ?? '').split('&').filter(Boolean).map((pair) => {
    const [name = '', ...value] = pair.split('=')
    return { name, value: value.join('=') }
  })
  const none = { httpVersion: '', cookies: [], headers: [], headersSize: -1 }
  const entry = {
    startedDateTime: call.time,
    time: ms,
    request: { method: call.method, url, queryString, bodySize: call.request_bytes ?? -1, ...none },
    response: {
      status: call.status ?? 0, statusText: call.error ?? '', redirectURL: '', bodySize: call.response_bytes ?? -1,
      content: { size: call.response_bytes ?? 0, mimeType: '' }, ...none,
    },
    cache: {},
    timings: { send: 0, wait: ms, receive: 0 },
  }
  return JSON.stringify({ log: { version: '1.2', creator: { name: 'Clickspan', version: '1' }, entries: [entry] } }, null, 2)
}
