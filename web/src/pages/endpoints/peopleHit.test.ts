import { expect, test } from 'vitest'
import { endpointKey, hitQuestion, peopleHit } from './peopleHit'

test('the people that an endpoint failed for are found by service, method and route', () => {
  const hit = peopleHit({ rows: [
    { labels: { endpoint: 'shop: POST /pay' }, values: [7] },
    { labels: { endpoint: 'POST /pay' }, values: [2] },
    { labels: { endpoint: 'shop: GET /' }, values: [null] },
  ] })
  expect(hit.get(endpointKey({ service: 'shop', method: 'POST', route: '/pay' }))).toBe(7)
  expect(hit.get(endpointKey({ service: '', method: 'POST', route: '/pay' }))).toBe(2)
  expect(hit.size).toBe(2)
})

test('they are counted under the filter of the page', () => {
  expect(hitQuestion({ from: 'a', to: 'b' }, 'call.service == "shop"')).toMatchObject({ filter: 'call.service == "shop"', measures: [{ of: 'calls', stat: 'people', where: 'failed == true' }] })
})
