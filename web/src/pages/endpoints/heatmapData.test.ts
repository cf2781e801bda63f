import { expect, test } from 'vitest'
import { heatmapData, rowDurations } from './heatmapData'

const columns = ['2026-11-23T10:00:00Z', '2026-11-23T11:00:00Z']
const end = '2026-11-23T12:00:00Z'
const row = (bucket: number) => ({ bucket, from_us: 0, to_us: 0 })

test('cells become dense columns; neighbouring buckets add up', () => {
  const data = heatmapData({
    columns, end, rows: [row(80), row(81), row(86)],
    cells: [{ column: 0, bucket: 80, count: 2, failed: 0 }, { column: 0, bucket: 81, count: 3, failed: 0 }, { column: 1, bucket: 86, count: 1, failed: 1 }],
  })
  expect(data.counts).toEqual([[5, 0, 0, 0], [0, 0, 0, 1]])
  expect(data.edges).toHaveLength(3)
  expect(Math.round(data.bounds[0]!)).toBe(Math.round(2 ** (82 / 8)))
})

test('a row knows its durations', () => {
  const data = heatmapData({ columns, end, rows: [row(80)], cells: [] })
  const { over, upTo } = rowDurations(data, 0)
  expect([over, upTo].map((ms) => Math.round(ms * 1000))).toEqual([Math.round(2 ** 10), Math.round(2 ** (82 / 8))])
})

test('no timed call is an empty map', () => {
  expect(heatmapData({ columns, end, rows: [], cells: [] })).toMatchObject({ bounds: [], counts: [[], []] })
})
