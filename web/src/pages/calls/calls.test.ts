import { expect, test } from 'vitest'
import type { CallRecord, EventRecord, LinkRecord } from '../../api/types'
import { alikeFilter } from './alike'
import { splitOf } from './split'

const call = (id: string, side: 'client' | 'server', at: string, duration_us: number | null, more: Partial<CallRecord> = {}): CallRecord => ({
  id, side, time: `2026-11-23T10:00:${at}Z`, started_at: '', method: 'POST', route: '/pay', duration_us, failed: false, endpoint_id: '', ...more,
})
const link = (ends: Partial<LinkRecord>): LinkRecord => ({ method: 'span', confidence: 1, session_id: 's', time: '', endpoint: { service: '', method: 'POST', route: '/pay' }, ...ends })
const click: EventRecord = { id: 'k', time: '2026-11-23T10:00:00.000100Z', name: 'click', kind: 'click' }

test('calls like this one ended alike', () => {
  expect(alikeFilter(call('c', 'server', '00', 1, { service: 'shop', status: 503, error: 'timeout' })))
    .toBe('call.service == "shop" && call.method == "POST" && call.route == "/pay" && call.status >= 500 && call.status < 600 && call.error == "timeout"')
  expect(alikeFilter(call('c', 'client', '00', 1, { error: 'network' }))).toContain('!has(call.service)')
  expect(alikeFilter(call('c', 'client', '00', 1))).toContain('!has(call.status)')
})

test('the time of a request is split into its parts', () => {
  const calls = [call('server', 'server', '00.100', 60_000, { service: 'shop' }), call('inner', 'server', '00.110', 10_000), call('client', 'client', '00.010100', 100_000)]
  const links = [link({ event_id: 'k', client_call_id: 'client' }), link({ client_call_id: 'client', server_call_id: 'server' }), link({ client_call_id: 'client', server_call_id: 'inner' })]
  expect(splitOf({ ...click, duration_us: 130_000 }, calls, links)?.map(({ name, us }) => [name, us])).toEqual([
    ['before the request', 10_000], ['network', 40_000], ['server', 60_000], ['after the response', 20_000],
  ])
  expect(splitOf(undefined, calls, links)?.map(({ name }) => name)).toEqual(['network', 'server'])
})

test('a server clock or log that disagrees gives no negative part', () => {
  const calls = [call('client', 'client', '00.010', 100_000), call('server', 'server', '59', 150_000)]
  expect(splitOf(undefined, calls, [link({ client_call_id: 'client', server_call_id: 'server' })])?.map((part) => part.us)).toEqual([0, 100_000])
})

test('one side alone, or an untimed one, cannot be split', () => {
  expect(splitOf(click, [call('client', 'client', '00', 1)], [])).toBeNull()
  expect(splitOf(click, [call('client', 'client', '00', 1), call('server', 'server', '00', null)], [])).toBeNull()
})
