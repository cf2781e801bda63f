import { expect, test } from 'vitest'
import type { FunnelAnswer } from '../../api/behaviour'
import { readAsk, writeAsk } from '../../lib/ask'
import { byValueFinding } from './ByValue'
import { finding, funnelQuestion, funnelShape, listed, listTitle, lost, proposeFunnel, readList, throughWords, usualWindow, type Funnel } from './funnel'
import { binWords } from './TimeToConvert'

const common = { from: '2026-11-20T00:00:00Z', to: '2026-11-27T00:00:00Z', timezone: 'UTC' }
const steps = [{ page: '/p/{id}', template: true }, { page: '/cart' }, { event: 'Order Paid' }]

function stages(...counts: [count: number, inProgress: number][]): FunnelAnswer['steps'] {
  return counts.map(([count, in_progress], i) => ({
    count, in_progress, conversion_from_start: count / counts[0]![0], conversion_from_previous: count / counts[Math.max(0, i - 1)]![0], median_seconds_from_previous: null, mean_seconds_from_previous: null,
  }))
}

test('a funnel survives the URL, and the question is the one of the API', () => {
  const funnel: Funnel = { steps, window: '2d', order: 'strict', count_by: 'session', exclude: [{ call: 'POST /orders', where: 'status >= 500', from_step: 1, to_step: 2 }], breakdown: { property: 'properties.plan', attribution: 'step', step: 2 } }
  const read = readAsk(writeAsk(funnel), funnelShape)
  expect(read).toEqual(funnel)
  expect(funnelQuestion(read, read.steps!, '2d', common)).toEqual({ ...common, ...funnel })
})

test('what is still being written is not asked about', () => {
  expect(funnelQuestion({}, [{ page: '' }], '1h', common)).toBeNull()
  expect(funnelQuestion({ exclude: [{ event: '' }], count_by: 'property:', breakdown: { attribution: 'last' } }, [{ page: '/' }, { event: '' }], '1h', common)).toEqual({ ...common, steps: [{ page: '/' }], window: '1h' })
})

test('the finding is the step at which most are lost, without those who still have time', () => {
  const answer = stages([100, 0], [38, 5], [30, 0])
  expect(lost(answer, 1)).toBe(3)
  expect(finding(answer, steps, '1h', undefined, true)).toBe('62 of 100 people who saw /p/{id} did not see /cart within 1 hour (62 %).')
  expect(throughWords({ steps: answer }, undefined)).toBe('30 of 100 people went all the way (30 %). 5 still have time.')
})

test('nobody, everybody, and one step alone are said as such', () => {
  expect(finding(stages([0, 0], [0, 0]), steps, '1h', undefined, true)).toBe('No person saw /p/{id} in this time range.')
  expect(finding(stages([7, 0], [7, 0]), steps, '1h', 'session', true)).toBe('All 7 visits went all the way.')
  expect(finding(stages([7, 7], [0, 0]), steps, '1h', undefined, true)).toBe('Nobody is lost yet of 7 people.')
  expect(finding(stages([1, 0]), steps, '1h', undefined, true)).toBe('1 person saw /p/{id}.')
})

test('a list has exactly those that the number counts', () => {
  const at = (...minutes: number[]) => minutes.map((m) => new Date(m * 60_000).toISOString())
  const entities = [{ id: 'all', level: 2, step_times: at(0, 5) }, { id: 'lost', level: 1, step_times: at(10) }, { id: 'on the way', level: 1, step_times: at(50) }, { id: 'at the last moment', level: 1, step_times: at(40) }]
  const ids = (list: { of: 'at' | 'lost'; step: number }) => listed(entities, list, '1h', 100 * 60_000).map(({ id }) => id)
  expect(ids({ of: 'at', step: 0 })).toHaveLength(4)
  expect(ids({ of: 'at', step: 1 })).toEqual(['all'])
  expect(ids({ of: 'lost', step: 0 })).toEqual(['lost'])
  expect(listTitle(1, { of: 'lost', step: 0 }, steps, undefined, true)).toBe('1 person lost after /p/{id}')
  expect([readList('lost-1', 3), readList('at-3', 3), readList('evil', 3)]).toEqual([{ of: 'lost', step: 1 }, null, null])
})

test('the proposed funnel: the pages before the goal; without them the pages most see, then what is likely the goal', () => {
  const goal = { id: 'g', name: 'Paid', step: { event: 'Order Paid' }, direction: 'up' as const }
  const led = { known: true, goal, visits: 50, worst: 1, steps: [{ name: '/', page: '/', count: 50 }, { name: '/p/{id}', page: '/p/{id}', count: 30 }, { name: 'Paid', count: 5 }] }
  expect(proposeFunnel(led, undefined, [])).toEqual([{ page: '/' }, { page: '/p/{id}', template: true }, { event: 'Order Paid' }])
  expect(proposeFunnel(undefined, { call: 'POST /orders' }, [{ page: '/b', people: 1 }, { page: '/a', people: 9 }])).toEqual([{ page: '/a' }, { page: '/b' }, { call: 'POST /orders' }])
  expect(proposeFunnel(undefined, undefined, [])).toEqual([{ page: '/**' }])
})

test('the usual window leaves most of the range behind it', () => {
  const day = 86_400_000
  expect([1, 7, 60].map((days) => usualWindow({ from: 0, to: days * day }))).toEqual(['1h', '1d', '14d'])
})

test('by value: the best and the worst of those with enough to tell', () => {
  const series = [{ value: 'pro', steps: stages([50, 0], [20, 0]) }, { value: null, steps: stages([40, 0], [4, 0]) }, { value: 'trial', steps: stages([3, 0], [3, 0]) }]
  expect(byValueFinding(series, 'plan')).toBe('plan pro goes furthest: 40 % go all the way, of (none) 10 %')
  expect(byValueFinding(series.slice(0, 1), 'plan')).toBe('Split by plan')
})

test('spans of time', () => {
  expect([binWords({ from_seconds: 0, to_seconds: 1, count: 1 }), binWords({ from_seconds: 60, to_seconds: 120, count: 1 }), binWords({ from_seconds: 2_592_000, to_seconds: null, count: 1 })]).toEqual(['under 1 s', '1 min – 2 min', '30 d and more'])
})
