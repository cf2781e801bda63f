import { expect, test } from 'vitest'
import { readAsk, writeAsk } from '../../lib/ask'
import { axisOf, breakdownQuestion, changeSubject, exploreShape, formatOf, lifecycleFinding, lifecycleQuestion, measureWords, opens, seriesFinding, seriesQuestion, stickinessFinding, type Explore } from './explore'
import { lifecycleMembers, readBar, stickinessMembers } from './intervals'

const common = { from: '2026-11-20T00:00:00Z', to: '2026-11-27T00:00:00Z', timezone: 'UTC' }
const range = { from: Date.parse(common.from), to: Date.parse(common.to) }

test('measures survive the URL, with what is usual when nobody says', () => {
  const asked: Explore = { measures: [{ of: 'calls', stat: 'p95', where: 'status < 500', side: 'any' }], breakdown: ['route', 'attributes.tenant'], bucket: '1h', limit: 3 }
  expect(readAsk(writeAsk(asked), exploreShape)).toEqual(asked)
  expect(seriesQuestion(asked, common)).toEqual({ ...common, ...asked })
  expect(seriesQuestion({}, common)).toMatchObject({ bucket: 'auto', breakdown: [], measures: [{ of: 'events', stat: 'people' }] })
  expect(breakdownQuestion({}, common)).toMatchObject({ breakdown: ['page_route'], measures: [{ stat: 'people' }, { stat: 'count' }] })
  expect(readAsk('{"measures":[{"of":"secrets"}, 5],"breakdown":["a","b","c"]}', exploreShape)).toEqual({ measures: [{}], breakdown: ['a', 'b'] })
})

test('another subject takes the fields and the measures of the old one along only where nothing is split', () => {
  const measures = [{ of: 'events' as const }, { of: 'events' as const, stat: 'people' }]
  expect(changeSubject(measures, 0, 'calls', true)).toEqual({ measures: [{ of: 'calls' }], breakdown: undefined })
  expect(changeSubject(measures, 0, 'calls', false)).toEqual({ measures: [{ of: 'calls' }, measures[1]] })
  expect(breakdownQuestion({ measures: [{ of: 'calls' }] }, common).breakdown).toEqual(['endpoint'])
})

test('measures in words, in their unit, at their axis', () => {
  expect(measureWords({ of: 'calls', stat: 'p95', where: 'status < 500' })).toBe('p95 time of calls where status < 500')
  expect([measureWords({ of: 'events' }), measureWords({ of: 'events', stat: 'people' }), measureWords({ of: 'events', stat: 'sum:properties.amount' })]).toEqual(['events', 'people with events', 'sum of properties.amount'])
  expect([formatOf({ of: 'calls', stat: 'p95' })(1500), formatOf({ of: 'calls', stat: 'error_rate' })(0.5), formatOf({ of: 'events' })(1234), formatOf({ of: 'interactions', stat: 'p95:slowest_ms' })(20), formatOf({ of: 'events' })(null)]).toEqual(['1.5 s', '50 %', '1,234', '20 ms', '–'])
  expect([axisOf({ of: 'calls', stat: 'p95' }, { of: 'calls' }), axisOf({ of: 'calls', stat: 'failed' }, { of: 'calls' })]).toEqual(['right', 'left'])
})

test('a number opens the records it counts: the filter, its labels and its condition together', () => {
  expect(opens({ of: 'calls', where: 'status >= 500 || refused' }, { route: '/orders', 'attributes.tenant': null }, 'call.method == "POST"')).toEqual({
    to: '/calls', search: { filter: 'call.method == "POST" && call.route == "/orders" && !has(call.attributes.tenant) && (call.status >= 500 || call.refused)' },
  })
  expect(opens({ of: 'events' }, {}, undefined)).toEqual({ to: '/events', search: {} })
  expect(opens({ of: 'interactions' }, {}, undefined)).toBeNull()
})

test('findings', () => {
  const line = (labels: Record<string, string | null>, values: (number | null)[]) => ({ labels, measure: 0, values })
  expect(seriesFinding([line({}, [1, 9, null])], [{ of: 'calls', stat: 'p95' }], (i) => `bucket ${i}`)).toBe('Highest p95 time of calls: 9 ms at bucket 1')
  expect(seriesFinding([line({ route: '/a' }, [5]), line({ route: null }, [1])], [{ of: 'calls' }], String)).toBe('/a has the most calls')
  expect(seriesFinding([line({}, [null])], [{ of: 'calls', stat: 'p95' }], String)).toBe('There is nothing to measure in this range.')
  // The last interval is not over, so it is not counted.
  expect(lifecycleFinding({ new: [5, 3], returning: [1, 1], resurrecting: [1, 0], dormant: [-2, -9] }, 'people')).toBe('More people came than went: 6 came, 2 went')
  expect(stickinessFinding([{ intervals: 1, people: 8 }, { intervals: 2, people: 2 }], 'people', 'day')).toBe('80 % of 10 people were there in one day only')
  expect(stickinessFinding([{ intervals: 1, people: 2 }, { intervals: 2, people: 8 }], 'people', 'day')).toBe('80 % of 10 people were there in more than one day')
})

test('who is behind a bar of coming and going', () => {
  const question = lifecycleQuestion({ period: 'day' }, range, common)!
  const sets = (at: number, kind: 'new' | 'returning' | 'resurrecting' | 'dormant') => lifecycleMembers(question, ['2026-11-20', '2026-11-21'], at, kind, range, 'utc')
  expect(sets(1, 'returning')).toMatchObject({ all: [[{ from: '2026-11-21T00:00:00.000Z' }], [{ from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' }]], none: [] })
  expect(sets(0, 'dormant')).toMatchObject({ all: [[{ from: '2026-11-19T00:00:00.000Z' }]], none: [{ from: '2026-11-20T00:00:00.000Z' }] })
  expect(sets(1, 'new').none.map(({ steps }) => steps)).toEqual([[{ event: '*' }], [{ page: '/**' }]])
  expect([readBar('1-new', 2), readBar('2-new', 2), readBar('1-old', 2)]).toEqual([{ at: 1, kind: 'new' }, null, null])
})

test('who was there in exactly two of the intervals', () => {
  const question = lifecycleQuestion({ period: 'week' }, range, common)!
  const sets = stickinessMembers(question, 2, 2, range, 'utc')!
  expect(sets.all.map(([one]) => [one!.from, one!.to])).toEqual([['2026-11-20T00:00:00.000Z', '2026-11-23T00:00:00.000Z'], ['2026-11-23T00:00:00.000Z', '2026-11-27T00:00:00.000Z']])
  expect(sets.times).toBe(2)
  expect(stickinessMembers(question, 32, 1, range, 'utc')).toBeNull()
})
