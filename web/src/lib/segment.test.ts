import { expect, test } from 'vitest'
import { downloadAddress } from '../api/download'
import { narrowed, takesSegment } from './segment'

test.each(['/calls', '/people', '/sessions', '/funnels', '/accounts/a-1', '/endpoints/x', '/goals/paid', '/errors'])('%s can be about a segment', (path) => expect(takesSegment(path)).toBe(true))

test.each(['/', '/live', '/connect', '/quality', '/settings', '/segments', '/find', '/people/u-1', '/sessions/s-1'])('%s cannot', (path) => expect(takesSegment(path)).toBe(false))

test('a question names the segment, and none when there is none', () => {
  expect(narrowed({ filter: 'a' }, 'phones')).toEqual({ filter: 'a', segment: 'phones' })
  expect(narrowed({ filter: 'a' }, undefined)).toEqual({ filter: 'a' })
})

test('a file is of the segment and the filter in sight', () => {
  expect(downloadAddress('people', 'csv', { from: '1', to: '2', filter: 'a && b' }, 'phones')).toBe('/api/v1/download/people?from=1&to=2&filter=a+%26%26+b&segment=phones&format=csv')
  expect(downloadAddress('calls', 'ndjson', { from: '1', to: '2', filter: undefined, sort: 'newest' }, undefined)).toBe('/api/v1/download/calls?from=1&to=2&sort=newest&format=ndjson')
})
