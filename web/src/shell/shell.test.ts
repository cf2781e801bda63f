import { expect, test } from 'vitest'
import { forProject } from '../api/client'
import { navigation, pages } from './pages'
import { addressOf } from './ProjectSwitcher'
import { rangeOfData } from './RangeOffer'

test('every page has a key and an address of its own, and no group is empty', () => {
  expect(new Set(pages.map(({ key }) => key)).size).toBe(pages.length)
  expect(new Set(pages.map(({ path }) => path)).size).toBe(pages.length)
  expect(navigation.every((group) => group.pages.length > 0)).toBe(true)
})

test('an old log offers the day it ends with; fresh data and none offer nothing', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  expect(rangeOfData('2026-03-01T10:00:00.000Z', now)).toEqual({ from: '2026-02-28T10:00:01.000Z', to: '2026-03-01T10:00:01.000Z' })
  expect(rangeOfData('2026-11-20T11:00:00Z', now)).toBeNull()
  expect(rangeOfData(undefined, now)).toBeNull()
})

test('another project shows the same page, and of one thing the list it came from', () => {
  expect(addressOf('/calls', 'shop b')).toBe('/calls?project=shop%20b')
  expect(addressOf('/sessions/abc', 'default')).toBe('/sessions')
  expect(addressOf('/', 'x')).toBe('/?project=x')
})

test('a read names the project in its address, a question in its body', async () => {
  const read = await forProject(new Request('http://x/api/v1/calls?limit=5'), '/api/v1/calls', 'b')
  expect(read.url).toBe('http://x/api/v1/calls?limit=5&project=b')
  const question = await forProject(new Request('http://x/api/v1/query/series', { method: 'POST', body: '{"bucket":"1h"}' }), '/api/v1/query/series', 'b')
  expect(await question.json()).toEqual({ bucket: '1h', project: 'b' })
  expect(question.url).toBe('http://x/api/v1/query/series')
})
