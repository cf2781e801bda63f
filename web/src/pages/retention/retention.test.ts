import { expect, test } from 'vitest'
import { readAsk, writeAsk } from '../../lib/ask'
import { combine } from '../../lib/members'
import { cellMembers, cellTitle, finding, lastWords, readCell, retentionQuestion, retentionShape, splitFinding, type Retention } from './retention'

const range = { from: Date.UTC(2026, 10, 23, 6), to: Date.UTC(2026, 10, 26) }
const common = { from: '2026-11-23T06:00:00Z', to: '2026-11-26T00:00:00Z', timezone: 'UTC' }
const rows = [{ cohort: '2026-11-23', size: 10, counts: [10, 4, null] }, { cohort: '2026-11-24', size: 5, counts: [5, 0, null] }]
const ask = (asked: Retention) => retentionQuestion({ period: 'day', ...asked }, range, common)!

test('retention survives the URL; what nobody chose is asked in full', () => {
  const asked: Retention = { target: { event: 'Sign up' }, returning: { call: 'GET /feed' }, period: 'week', intervals: 5, cohort: 'recurring', criterion: 'on_or_after', min_occurrences: 2, split: true }
  expect(readAsk(writeAsk(asked), retentionShape)).toEqual(asked)
  expect(retentionQuestion({}, range, common)).toEqual({ ...common, target: { page: '/**' }, period: 'hour', intervals: 8 })
  expect(retentionQuestion({ target: { event: '' } }, range, common)).toBeNull()
})

test('the finding in plain words', () => {
  expect(finding({ rows, mean: [1, 0.4, null] }, ask({}))).toBe('40 % of people who saw any page came back the next day.')
  expect(finding({ rows, mean: [1, 0.4] }, ask({ target: { event: 'Sign up' }, returning: { call: 'GET /feed' }, criterion: 'on_or_after', count_by: 'account' }))).toBe('40 % of accounts who did “Sign up” came back and called GET /feed the next day or after that.')
  expect(finding({ rows, mean: [1, null] }, ask({}))).toBe('15 people saw any page; whether they come back the next day is not known yet.')
  expect(finding({ rows: [], mean: [] }, ask({}))).toBe('No person saw any page in this time range.')
  expect(lastWords([1, 0.4, 0.2, null], 'day')).toBe('2 days later it was 20 %.')
  expect(splitFinding([{ met_trouble: true, rows, mean: [1, 0.1] }, { met_trouble: false, rows, mean: [1, 0.3] }], ask({}))).toBe('Whose first visit met a failed or slow call: 10 % came back the next day; all others: 30 %')
})

test('a cell in words', () => {
  expect(cellTitle(ask({}), rows, { row: 0, column: 1 }, 'utc')).toBe('4 people of the day of 11-23 who came back the next day')
  expect(cellTitle(ask({ period: 'week' }), [{ cohort: '2026-11-23', size: 1, counts: [1] }], { row: 0, column: 0 }, 'utc')).toBe('1 person of the week of 11-23')
})

test('an open cell is one that is known', () => {
  expect(readCell('0-1', rows)).toEqual({ row: 0, column: 1 })
  for (const sel of [undefined, '0-2', '9-0', 'x-1']) expect(readCell(sel, rows)).toBeNull()
})

test('who is in a cell: came then, came back then, and had not come before', () => {
  const sets = cellMembers(ask({}), rows, { row: 1, column: 1 }, range, 'utc')!
  const spans = [...sets.all.flat(), ...sets.none].map(({ from, to }) => [from, to])
  expect(spans).toEqual([
    ['2026-11-24T00:00:00.000Z', '2026-11-25T00:00:00.000Z'],
    ['2026-11-25T00:00:00.000Z', '2026-11-26T00:00:00.000Z'],
    ['2026-11-23T06:00:00.000Z', '2026-11-24T00:00:00.000Z'],
  ])
  expect(cellMembers(ask({ cohort: 'recurring' }), rows, { row: 1, column: 0 }, range, 'utc')).toMatchObject({ all: [[{ to: '2026-11-25T00:00:00.000Z' }]], none: [] })
  // The first cohort begins with the range and nobody came before it, unless ever counts.
  expect(cellMembers(ask({}), rows, { row: 0, column: 0 }, range, 'utc')!.none).toEqual([])
  expect(cellMembers(ask({ cohort: 'first_ever' }), rows, { row: 0, column: 0 }, range, 'utc')!.none[0]).toMatchObject({ to: '2026-11-23T06:00:00.000Z' })
})

test('twice in one interval, or in a later one, is asked interval by interval', () => {
  const sets = cellMembers(ask({ criterion: 'on_or_after', min_occurrences: 2, intervals: 3 }), rows, { row: 0, column: 1 }, range, 'utc')!
  expect(sets.all[1]!.map(({ from, steps }) => [from, steps.length])).toEqual([['2026-11-24T00:00:00.000Z', 2], ['2026-11-25T00:00:00.000Z', 2]])
})

test('sets: in one of each group, in none of the last; half a funnel is not done', () => {
  const question = (n: number) => ({ steps: Array.from({ length: n }, () => ({ event: 'x' })) })
  const answer = (...entities: [id: string, level: number][]) => ({
    steps: [], series: [], other: false, time_to_convert: { median_seconds: null, mean_seconds: null, bins: [] }, entities_truncated: false, meta: { elapsed_ms: 1, sampled: false, approx: false, link_coverage: null },
    entities: entities.map(([id, level]) => ({ id, level, step_times: [] })),
  })
  const sets = { all: [[question(1)], [question(2), question(1)]], none: [question(1)] }
  const answers = [answer(['a', 1], ['b', 1], ['c', 1], ['d', 1]), answer(['a', 2], ['b', 1]), answer(['c', 1], ['d', 1]), answer(['d', 1])]
  expect(combine(sets, answers)).toEqual({ ids: ['a', 'c'], cut: false })
  expect(combine({ all: sets.all, times: 1, none: [] }, answers)).toEqual({ ids: ['b'], cut: false })
})
