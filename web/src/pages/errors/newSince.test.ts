import { describe, expect, test } from 'vitest'
import { matches, newSince } from './newSince'

const at = (hour: number) => new Date(Date.UTC(2026, 10, 20, hour)).toISOString()
const release = (service: string, version: string, hour: number) => ({ service, version, at: at(hour) })
const from = Date.UTC(2026, 10, 20, 0)
const call = { kind: 'call' as const, name: 'shop: POST /pay', first_seen: at(12) }

describe('new since', () => {
  test('names the last deploy of the service before the first one', () => {
    const releases = [release('shop', '1', 8), release('shop', '2', 11), release('shop', '3', 13), release('bank', '9', 11)]
    expect(newSince(call, releases, from)?.version).toBe('2')
  })
  test('says nothing when the range begins after the deploy: the error may be older', () => {
    expect(newSince(call, [release('shop', '2', 11)], Date.UTC(2026, 10, 20, 11))).toBeNull()
  })
  test('says nothing of a deploy long before', () => {
    expect(newSince({ ...call, first_seen: new Date(Date.UTC(2026, 10, 22)).toISOString() }, [release('shop', '2', 11)], from)).toBeNull()
  })
  test('goes by the version that the error itself names', () => {
    const browser = { kind: 'browser' as const, name: 'TypeError', first_seen: at(12), first_release: '7' }
    expect(newSince(browser, [release('web', '7', 10), release('shop', '2', 11)], from)?.service).toBe('web')
  })
})

test('a text is found in any part of an error, whatever its case', () => {
  const error = { name: 'TypeError', error: 'x is undefined', frame: 'pay in app.js', also_seen: [{ name: 'edge: GET /x', endpoint_id: 'e', count: 1 }] }
  expect([matches(error, 'PAY IN'), matches(error, 'undefined'), matches(error, 'edge'), matches(error, 'cart')]).toEqual([true, true, true, false])
})
