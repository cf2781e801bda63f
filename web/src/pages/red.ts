// Rate, errors, duration over time: the question and the lines that the Overview and each endpoint draw alike.
import type { Line, Mark } from '../charts/TimeSeries'
import type { Release, SeriesAnswer, SeriesQuestion } from '../api/types'
import { formatQuantile, formatRate, formatShare } from '../lib/format'
import type { Range } from '../lib/time'
import { toIso } from '../lib/time'

const stats = ['count', 'error_rate', 'p50', 'p95'] as const
const hour = 3_600_000

export function redQuestion(range: Range, filter?: string): SeriesQuestion {
  return {
    from: toIso(range.from), to: toIso(range.to), bucket: bucketFor(range), measures: stats.map((stat) => ({ of: 'calls', stat })),
    ...(filter ? { filter } : {}),
  }
}

/** The finest bucket that still gives a readable line. */
export function bucketFor({ from, to }: Range): NonNullable<SeriesQuestion['bucket']> {
  const span = to - from
  if (span <= 6 * hour) return '1m'
  if (span <= 48 * hour) return '5m'
  return 'auto'
}

export type Red = { times: number[]; calls: (number | null)[]; errors: (number | null)[]; rate: Line[]; duration: Line[] }

/** Splits the answer into two charts that share their time axis: traffic with errors, and durations. */
export function redLines(answer: SeriesAnswer, end: number): Red {
  const times = answer.buckets.map((bucket) => Date.parse(bucket))
  const values = (stat: (typeof stats)[number]) => answer.series.find((line) => line.measure === stats.indexOf(stat))?.values ?? times.map(() => null)
  const calls = values('count')
  const perSecond = calls.map((count, i) => (count === null ? null : count / (((times[i + 1] ?? end) - times[i]!) / 1000)))
  const errors = values('error_rate')
  // Beside others stand the numbers of an axis, which are exact.
  const quantile = (ms: number | null, beside?: number) => formatQuantile(ms === null ? null : ms * 1000, answer.meta.approx && beside === undefined)
  return {
    times, calls, errors,
    rate: [
      { label: 'calls', color: '--ok', values: perSecond, format: formatRate, axis: 'left' },
      { label: 'failed', color: '--failed', values: errors, format: formatShare, axis: 'right', filled: true },
    ],
    duration: [
      { label: 'p50', color: '--ok', values: values('p50'), format: quantile, axis: 'left', dashed: true },
      { label: 'p95', color: '--action', values: values('p95'), format: quantile, axis: 'left' },
    ],
  }
}

/** When it was worst, in one sentence: the bucket whose failed share is highest among those with enough calls to tell. */
export function worstBucket({ calls, errors }: Pick<Red, 'calls' | 'errors'>): number | null {
  let worst: number | null = null
  errors.forEach((share, i) => {
    if (!share || (calls[i] ?? 0) < 5) return
    if (worst === null || share > (errors[worst] ?? 0)) worst = i
  })
  return worst
}

/** The releases to mark, of one service or of all. */
export function releaseMarks(releases: Release[], service?: string): Mark[] {
  return releases
    .filter((release) => service === undefined || release.service === service)
    .map(({ at, service: of, version }) => ({ at: Date.parse(at), label: service === undefined ? `${of} ${version}` : version }))
}
