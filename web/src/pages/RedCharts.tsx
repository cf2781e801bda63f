import { useMemo } from 'react'
import { useReleases, useSeries } from '../api/queries'
import { ChartFrame } from '../charts/ChartFrame'
import { TimeSeries, type Mark } from '../charts/TimeSeries'
import { Answered } from '../components/Notice'
import { formatCount, formatShare } from '../lib/format'
import { formatMoment, toIso, type Range, type Zone } from '../lib/time'
import { usePreferences, useSetSearch } from '../lib/view'
import type { SeriesAnswer } from '../api/types'
import { redLines, redQuestion, releaseMarks, worstBucket } from './red'

type Props = {
  range: Range
  filter?: string
  /** What the charts are about, in words. */
  of: string
  /** Only this service's releases are marked. */
  service?: string
}

/** Rate and errors, and durations, over time, with the releases as marks; dragging over one zooms the page. */
export function RedCharts({ range, filter, of, service }: Props) {
  const series = useSeries(redQuestion(range, filter))
  const releases = useReleases({ from: toIso(range.from), to: toIso(range.to) })
  const marks = useMemo(() => releaseMarks(releases.data?.releases ?? [], service), [releases.data, service])
  return (
    <Answered query={series} what="time series">
      {(answer) => <RedPair answer={answer} end={range.to} of={of} marks={marks} />}
    </Answered>
  )
}

function RedPair({ answer, end, of, marks }: { answer: SeriesAnswer; end: number; of: string; marks: Mark[] }) {
  const { zone } = usePreferences()
  const setSearch = useSetSearch()
  const red = useMemo(() => redLines(answer, end), [answer, end])
  const zoom = (from: number, to: number) => setSearch({ from: toIso(from), to: toIso(to) })
  const moment = (i: number) => formatMoment(red.times[i]!, zone, 'minute')
  const worst = worstBucket(red)
  const { values: p95, format: duration } = red.duration[1]!
  const slowest = indexOfMax(p95)
  const releases = describeMarks(marks, zone)
  return (
    <div className="columns">
      <ChartFrame title={`Calls and failures: ${of}`} columns={['Time', 'Calls', 'Failed']}
        finding={<>{worst === null ? 'No failures that stand out.' : `Failures were highest at ${moment(worst)}: ${formatShare(red.errors[worst])} of ${formatCount(red.calls[worst])} calls.`}{releases}</>}
        rows={red.times.map((_, i) => [moment(i), formatCount(red.calls[i]), formatShare(red.errors[i])])}>
        <TimeSeries label={`Calls per second and failed share of ${of} over time`} times={red.times} lines={red.rate} marks={marks} onZoom={zoom} />
      </ChartFrame>
      <ChartFrame title={`Durations: ${of}`} columns={['Time', 'p50', 'p95']}
        finding={slowest === null ? 'No call told how long it took.' : `p95 was highest at ${moment(slowest)}: ${duration(p95[slowest] ?? null)}.`}
        rows={red.times.map((_, i) => [moment(i), duration(red.duration[0]!.values[i] ?? null), duration(p95[i] ?? null)])}>
        <TimeSeries label={`Median and 95th percentile duration of ${of} over time`} times={red.times} lines={red.duration} marks={marks} onZoom={zoom} />
      </ChartFrame>
    </div>
  )
}

const namedReleases = 4

function describeMarks(marks: Mark[], zone: Zone): string {
  if (marks.length === 0) return ''
  const named = marks.slice(-namedReleases).map(({ at, label }) => `${label} at ${formatMoment(at, zone, 'minute')}`).join(', ')
  return marks.length > namedReleases ? ` ${marks.length} releases, last ${named}.` : ` Released: ${named}.`
}

function indexOfMax(values: (number | null)[]): number | null {
  let max: number | null = null
  values.forEach((value, i) => {
    if (value !== null && (max === null || value > (values[max] ?? 0))) max = i
  })
  return max
}
