import { expect, test } from 'vitest'
import { basisWords, partsOf, shortVerdict } from './words'

test('a verdict in a row names the service to blame', () => {
  expect([shortVerdict({ is: 'backend', service: 'payments' }), shortVerdict({ is: 'backend' }), shortVerdict({ is: 'network', service: 'x' }), shortVerdict({ is: 'unknown' })]).toEqual(['backend: payments', 'backend', 'network', ''])
})

test('a wait has the parts that are known and took time, in their order', () => {
  expect(partsOf({ before_request_us: 0, network_us: 20, server_us: 500, after_response_us: null, unknown_us: 3 }).map(({ id, us }) => [id, us])).toEqual([['network', 20], ['server', 500], ['unknown', 3]])
})

test('what a verdict rests on', () => {
  expect(basisWords({ people: 1, actions: 2, visits: 1 })).toBe('1 person, 2 slow or failed actions in 1 visit.')
})
