import { expect, test } from 'vitest'
import { bucketFor, redLines, releaseMarks, worstBucket } from './red'

const hour = 3_600_000
const minute = (i: number) => new Date(i * 60_000).toISOString()

test('buckets grow with the range', () => {
  expect([1, 24, 200].map((hours) => bucketFor({ from: 0, to: hours * hour }))).toEqual(['1m', '5m', 'auto'])
})

test('counts become rates of their own bucket, the last one cut by the range too', () => {
  const series = [[60, 30], [0, 0.5], [10, 20], [90, 100]].map((values, measure) => ({ labels: {}, measure, values }))
  const red = redLines({ buckets: [minute(0), minute(1)], end: minute(2), series, other: false, meta: { approx: false, elapsed_ms: 0, link_coverage: null, sampled: false } }, 90_000)
  expect(red.rate[0]!.values).toEqual([1, 1])
  expect(red.duration.map((line) => line.values)).toEqual([[10, 20], [90, 100]])
})

test('no answer for a measure is no value, not zero', () => {
  const red = redLines({ buckets: [minute(0)], end: minute(1), series: [], other: false, meta: { approx: false, elapsed_ms: 0, link_coverage: null, sampled: false } }, 60_000)
  expect(red.rate[0]!.values).toEqual([null])
})

test('the worst bucket has enough calls to tell', () => {
  expect(worstBucket({ calls: [100, 2, 50], errors: [0.1, 1, 0.2] })).toBe(2)
  expect(worstBucket({ calls: [100], errors: [0] })).toBeNull()
})

test('releases of one service, or of all with their names', () => {
  const releases = [{ service: 'web', version: '1', at: minute(1) }, { service: 'pay', version: '7', at: minute(2) }]
  expect(releaseMarks(releases, 'pay')).toEqual([{ at: 120_000, label: '7' }])
  expect(releaseMarks(releases).map((mark) => mark.label)).toEqual(['web 1', 'pay 7'])
})
