import { expect, test } from 'vitest'
import { expandTemplate, replaysIn, webAddress } from './outlinks'

test('an id cannot leave its place in the address', () => {
  expect(expandTemplate('https://t.example/trace/{trace_id}?o=1', 'trace', 'a/../b?x=1&y#z')).toBe('https://t.example/trace/a%2F..%2Fb%3Fx%3D1%26y%23z?o=1')
  expect(expandTemplate('https://t.example/{trace_id}', 'trace', '$&')).toBe('https://t.example/%24%26')
  expect(webAddress(expandTemplate('https://t.example/a/{trace_id}/b', 'trace', '..'))).toBeNull()
})

test.each(['javascript:alert(1)', ' JaVaScRiPt:alert(1)', 'data:text/html,x', 'ftp://h/x', '//h/x', '/x', 'nonsense', '', 4, null])('%j is no web page', (text) => {
  expect(webAddress(text)).toBeNull()
})

test('replays are found under the names of the project', () => {
  const properties = { replay_url: 'https://replay.example/1', other: 'https://no.example', $session_replay_url: 'javascript:alert(1)' }
  expect(replaysIn(properties, ['replay_url', '$session_replay_url', 'missing']).map((url) => url.host)).toEqual(['replay.example'])
})
