import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { CallRecord } from '../../api/types'
import { asCurl, asHar, asJson, shellQuote, urlOf } from './copyAs'

const call = (more: Partial<CallRecord>): CallRecord => ({
  id: 'c', side: 'server', time: '2026-11-23T10:00:00Z', started_at: '2026-11-23T10:00:00Z', method: 'GET', path: '/pay', duration_us: 1500, status: 200, failed: false, endpoint_id: '', ...more,
})

/** What a shell makes of a command: its words. */
const words = (command: string) => execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' }).trimEnd().split('\n')

test.each([
  "it's", '$(touch /tmp/x)', '`id`', '"; rm -rf ~ #', String.raw`a\'b`, "''", '!!', '*', 'ünï 🙂', '-x',
])('a shell reads %j as one word', (text) => {
  expect(words(shellQuote(text))).toEqual([text])
})

test('curl asks the stored address with its method', () => {
  expect(asCurl(call({ host: 'shop.example', query: 'q=[redacted]' }))).toBe("curl --globoff 'https://shop.example/pay?q=[redacted]'")
  expect(asCurl(call({ host: 'localhost:8080', method: 'POST' }))).toBe("curl --request 'POST' 'http://localhost:8080/pay'")
  expect(asCurl(call({ method: 'HEAD' }))).toBe("curl --head 'https://HOST/pay'")
  expect(words(asCurl(call({ host: 'h', path: "/o'$(id)/ü b%20" })))).toEqual(['curl', 'https://h/o%27$(id)/%C3%BC%20b%20'])
})

test('half of an emoji and a missing path make an address all the same', () => {
  expect(urlOf(call({ host: 'h', path: '/\uD83D' }))).toBe('https://h/%EF%BF%BD')
  expect(urlOf(call({ host: 'h', path: '', route: 'Query.orders' }))).toBe('https://h/Query.orders')
})

test('HAR has what HAR 1.2 asks for', () => {
  const { log } = JSON.parse(asHar(call({ host: 'h', query: 'a=1=2&b', status: 503, error: 'timeout' })))
  expect(log.version).toBe('1.2')
  expect(log.entries).toHaveLength(1)
  expect(log.entries[0]).toMatchObject({
    startedDateTime: '2026-11-23T10:00:00Z', time: 1.5, timings: { wait: 1.5 },
    request: { method: 'GET', url: 'https://h/pay?a=1=2&b', queryString: [{ name: 'a', value: '1=2' }, { name: 'b', value: '' }], headersSize: -1 },
    response: { status: 503, content: { size: 0 } },
  })
})

test('JSON is the call as the API gave it', () => {
  expect(JSON.parse(asJson(call({ trace_id: 't' })))).toEqual(call({ trace_id: 't' }))
})
