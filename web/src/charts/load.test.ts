import { expect, test } from 'vitest'
import { groupByLoad, loadCorrelation, loadVerdict, type LoadSpan } from './load'

const spans = (n: number, p95: (i: number) => number): LoadSpan[] => Array.from({ length: n }, (_, i) => ({ load: i + 1, p50: 10, p95: p95(i) }))

test('groups have equally many spans, in order of load', () => {
  const groups = groupByLoad(spans(100, (i) => i).toReversed())
  expect(groups).toHaveLength(10)
  expect(groups[0]).toEqual({ from: 1, to: 10, load: 5.5, p50: 10, p95: 4.5, spans: 10 })
  expect(groups.reduce((n, group) => n + group.spans, 0)).toBe(100)
})

test('one odd span moves nothing', () => {
  expect(groupByLoad(spans(100, (i) => (i === 3 ? 1e9 : 10))).map((group) => group.p95)).toEqual(Array.from({ length: 10 }, () => 10))
})

test('few spans make few groups, none make none', () => {
  expect(groupByLoad(spans(7, () => 1))).toHaveLength(2)
  expect(groupByLoad([])).toEqual([])
})

test('rising, falling and flat are told apart', () => {
  expect(loadCorrelation(spans(30, (i) => i * i))).toMatchObject({ rho: 1, n: 30 })
  expect(loadVerdict(loadCorrelation(spans(30, (i) => i * i)))).toBe('rises')
  expect(loadVerdict(loadCorrelation(spans(30, (i) => -i)))).toBe('falls')
  expect(loadVerdict(loadCorrelation(spans(30, (i) => (i * 17) % 30)))).toBe('unclear')
  expect(loadVerdict(loadCorrelation(spans(30, () => 5)))).toBe('too little')
  expect(loadVerdict(loadCorrelation(spans(5, (i) => i)))).toBe('too little')
})

test('rho is the textbook formula without ties, the interval Fisher and Bonett-Wright', () => {
  const order = [11, 5, 1, 0, 2, 12, 6, 3, 4, 16, 7, 14, 8, 9, 19, 10, 13, 15, 17, 18]
  const correlation = loadCorrelation(spans(20, (i) => order[i]!))!
  const fisher = Math.atanh(correlation.rho)
  const se = Math.sqrt((1 + correlation.rho ** 2 / 2) / 17)
  expect([correlation.low, correlation.high]).toEqual([Math.tanh(fisher - 1.96 * se), Math.tanh(fisher + 1.96 * se)])
  expect(correlation.rho).toBeCloseTo(1 - (6 * order.reduce((sum, v, i) => sum + (v - i) ** 2, 0)) / (20 * 399), 12)
})
