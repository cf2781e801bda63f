import type { HeatmapData } from '../../charts/Heatmap'
import type { HeatmapAnswer } from '../../api/types'

/** Two of the store's buckets (9 % wide each) make one row: fine enough to see a second mode, coarse enough to be read. */
const bucketsPerRow = 2

/** The answer's sparse cells as columns of rows, with no gap between the lowest and the highest duration. */
export function heatmapData(answer: HeatmapAnswer): HeatmapData {
  const edges = [...answer.columns, answer.end].map((time) => Date.parse(time))
  if (answer.rows.length === 0) return { edges, bounds: [], counts: answer.columns.map(() => []) }
  const rowOf = (bucket: number) => Math.floor(bucket / bucketsPerRow)
  const rows = answer.rows.map((row) => rowOf(row.bucket))
  const lowest = Math.min(...rows)
  const count = Math.max(...rows) - lowest + 1
  const bounds = Array.from({ length: count }, (_, i) => upperBound((lowest + i + 1) * bucketsPerRow - 1))
  const counts = answer.columns.map(() => Array.from({ length: count }, () => 0))
  for (const cell of answer.cells) {
    const column = counts[cell.column]
    if (column) column[rowOf(cell.bucket) - lowest]! += cell.count
  }
  return { edges, bounds, counts }
}

/** Bucket i of the store ends at 2^((i+1)/8) microseconds. */
function upperBound(bucket: number): number {
  return 2 ** ((bucket + 1) / 8)
}

/** The range of durations, in milliseconds, that a row of the heatmap stands for: exclusive and inclusive. */
export function rowDurations(data: HeatmapData, row: number): { over: number; upTo: number } {
  const upTo = data.bounds[row]!
  return { over: upTo / 2 ** (bucketsPerRow / 8) / 1000, upTo: upTo / 1000 }
}
