import { useMemo } from 'react'
import { useSeries } from '../api/queries'
import type { SeriesAnswer, SeriesQuestion } from '../api/types'
import { ChartFrame } from '../charts/ChartFrame'
import { groupByLoad, loadCorrelation, loadVerdict, type LoadGroup, type LoadSpan } from '../charts/load'
import { LoadChart } from '../charts/LoadChart'
import { Answered } from '../components/Notice'
import { formatMs, formatRate, plural } from '../lib/format'
import { toIso, type Range } from '../lib/time'

const hour = 3_600_000

/** The finest bucket that keeps the answer small. */
function bucketFor(range: Range): 'auto' | '1m' | '5m' | '1h' {
  const length = range.to - range.from
  if (length <= 26 * hour) return '1m'
  return length <= 8 * 24 * hour ? '5m' : '1h'
}

const spanNames = { auto: 'a span', '1m': 'a minute', '5m': '5 minutes', '1h': 'an hour' }

/** Does slowness follow load? Durations of the calls of a filter against how many there were at the time. */
export function LoadFrame({ range, filter, side = 'server', of }: { range: Range; filter?: string | undefined; side?: 'server' | 'client' | 'any'; of: string }) {
  const bucket = bucketFor(range)
  const question: SeriesQuestion = {
    from: toIso(range.from), to: toIso(range.to), bucket, limit: 1, ...(filter ? { filter } : {}),
    measures: (['rate', 'p50', 'p95'] as const).map((stat) => ({ of: 'calls', stat, side })),
  }
  const series = useSeries(question)
  return <Answered query={series} what="durations by load">{(answer) => <LoadView answer={answer} of={of} span={spanNames[bucket]} />}</Answered>
}

function LoadView({ answer, of, span }: { answer: SeriesAnswer; of: string; span: string }) {
  const spans = useMemo(() => loadSpans(answer), [answer])
  const groups = groupByLoad(spans)
  return (
    <ChartFrame title={`Latency against load: ${of}`} finding={describe(spans, groups, span)}
      columns={['Calls per second', 'p50', 'p95', 'Spans of time']}
      rows={groups.map((group) => [`${formatRate(group.from, group.to)} – ${formatRate(group.to)}`, formatMs(group.p50), formatMs(group.p95), group.spans])}>
      {groups.length > 1 && <LoadChart groups={groups} label={`Median and 95th percentile duration of ${of} by calls per second`} />}
    </ChartFrame>
  )
}

/** The spans of time in which a call was timed. */
function loadSpans({ series }: SeriesAnswer): LoadSpan[] {
  const [rate, p50, p95] = [0, 1, 2].map((measure) => series.find((line) => line.measure === measure)?.values ?? [])
  return (rate ?? []).flatMap((load, i) => {
    const [middle, slow] = [p50?.[i], p95?.[i]]
    return load == null || middle == null || slow == null ? [] : [{ load, p50: middle, p95: slow }]
  })
}

function describe(spans: LoadSpan[], groups: LoadGroup[], span: string): string {
  const [quiet, busy] = [groups[0], groups.at(-1)]
  const correlation = loadCorrelation(spans)
  const verdict = loadVerdict(correlation)
  if (!quiet || !busy || !correlation) return `Not enough to tell: ${plural(spans.length, 'span')} of ${span} with timed calls and a load that changes, 12 are needed. Look at a longer range.`
  const words = { rises: 'Slower when busier', falls: 'Faster when busier', unclear: 'Load does not explain the durations', 'too little': '' }[verdict]
  return `${words}: p95 is ${formatMs(quiet.p95)} around ${formatRate(quiet.load, busy.load)} and ${formatMs(busy.p95)} around ${formatRate(busy.load)} `
    + `(rank correlation ${correlation.rho.toFixed(2)}, ${correlation.low.toFixed(2)} to ${correlation.high.toFixed(2)}, over ${correlation.n} spans of ${span}; an association, not a cause).`
}
