import { useMemo } from 'react'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { endpointFilter, endpointName, type EndpointStats } from '../../api/endpoints'
import { useCalls, useEndpoint, useHeatmap } from '../../api/queries'
import type { EndpointAnswer, HeatmapAnswer } from '../../api/types'
import { ChartFrame } from '../../charts/ChartFrame'
import { DataTable } from '../../charts/DataTable'
import { Heatmap } from '../../charts/Heatmap'
import { Answered } from '../../components/Notice'
import { CallsLink } from '../../components/values'
import { writeAsk } from '../../lib/ask'
import { formatCount, formatDuration, formatQuantile, formatRate, formatShare, plural } from '../../lib/format'
import { formatMoment, toIso } from '../../lib/time'
import { usePreferences, useRange } from '../../lib/view'
import { callColumns } from '../calls/callColumns'
import { LoadFrame } from '../LoadFrame'
import { RedCharts } from '../RedCharts'
import { VerdictFrame } from '../verdict/VerdictFrame'
import { DoseFrame } from './DoseFrame'
import { BarList } from './BarList'
import { callerColumns } from './callerColumns'
import { peopleMeaning } from './endpointColumns'
import { heatmapData, rowDurations } from './heatmapData'

const route = getRouteApi('/endpoints/$id')

/** One endpoint: how it did over time, for whom, what called it and what failed lately. */
export default function EndpointPage() {
  const { id } = route.useParams()
  const range = useRange()
  const endpoint = useEndpoint(id, range.query)
  return (
    <Answered query={endpoint} what="the endpoint">
      {(answer) => (
        <div className="stack">
          <Summary endpoint={answer.endpoint} approx={answer.approx} />
          <RedCharts range={range} filter={endpointFilter(answer.endpoint)} of={endpointName(answer.endpoint)} service={answer.endpoint.service} />
          <div className="columns">
            <LatencyHeatmap id={id} endpoint={answer.endpoint} />
            <Outcomes answer={answer} />
          </div>
          <LoadFrame range={range} filter={endpointFilter(answer.endpoint)} of={endpointName(answer.endpoint)} />
          <DoseFrame endpoint={answer.endpoint.name} of={endpointName(answer.endpoint)} />
          <VerdictFrame question={{ ...range.query, endpoint: id }} of={endpointName(answer.endpoint)} />
          <Callers answer={answer} />
          <FailedCalls endpoint={answer.endpoint} />
        </div>
      )}
    </Answered>
  )
}

/** Opens whom the endpoint's failures hit. */
function WhomItHit({ endpoint: e }: { endpoint: EndpointStats }) {
  if (e.failed === 0) return null
  const ask = writeAsk({ exposure: { call: `${e.service ? `${e.service}: ` : ''}${e.method} ${e.route}`, where: 'failed == true' } })
  return <Link to="/blast" search={{ ask }}>Whom its failures hit, and what became of them</Link>
}

function Summary({ endpoint: e, approx }: { endpoint: EndpointStats; approx: boolean }) {
  return (
    <header>
      <h1>{e.service && <span className="muted">{e.service} </span>}{endpointName(e)}</h1>
      <p>
        <CallsLink filter={endpointFilter(e)}>{plural(e.calls, 'call')}</CallsLink> ({formatRate(e.per_second)}) by <span title={peopleMeaning}>{plural(e.people, 'known person', 'known people')}</span>.{' '}
        <CallsLink filter={`${endpointFilter(e)} && call.failed == true`}>{formatCount(e.failed)} failed</CallsLink> ({formatShare(e.error_rate)}),{' '}
        <CallsLink filter={`${endpointFilter(e)} && call.refused == true`}>{formatCount(e.refused)} refused</CallsLink>.
        {' '}p50 {formatQuantile(e.p50_us, approx)}, p95 {formatQuantile(e.p95_us, approx)}, p99 {formatQuantile(e.p99_us, approx)}.{approx && <span className="muted"> ≈ is read off buckets: at most 4.5 % off.</span>}{' '}
        <WhomItHit endpoint={e} />
      </p>
    </header>
  )
}

function LatencyHeatmap({ id, endpoint }: { id: string; endpoint: EndpointStats }) {
  const range = useRange()
  const heatmap = useHeatmap(id, range.query)
  return <Answered query={heatmap} what="the latency heatmap">{(answer) => <HeatmapFrame answer={answer} endpoint={endpoint} />}</Answered>
}

function HeatmapFrame({ answer, endpoint }: { answer: HeatmapAnswer; endpoint: EndpointStats }) {
  const { zone } = usePreferences()
  const navigate = useNavigate()
  const data = useMemo(() => heatmapData(answer), [answer])
  const openCalls = (column: number, row: number) => {
    const { over, upTo } = rowDurations(data, row)
    void navigate({
      to: '/calls',
      search: {
        from: toIso(data.edges[column]!), to: toIso(data.edges[column + 1]!), side: 'server',
        filter: `${endpointFilter(endpoint)} && call.duration_ms > ${over.toFixed(3)} && call.duration_ms <= ${upTo.toFixed(3)}`,
      },
    })
  }
  return (
    <ChartFrame title="Latency heatmap" columns={['Time', 'Up to', 'Calls']}
      finding={data.bounds.length === 0 ? 'No call told how long it took: add $request_time to the log format.' : `From ${formatDuration(data.bounds[0])} to ${formatDuration(data.bounds.at(-1))}; a stronger colour is more calls.`}
      rows={answer.cells.map((cell) => [formatMoment(Date.parse(answer.columns[cell.column]!), zone, 'minute'), formatDuration(2 ** ((cell.bucket + 1) / 8)), cell.count])}>
      {data.bounds.length > 0 && <Heatmap data={data} onPick={openCalls} />}
    </ChartFrame>
  )
}

function Outcomes({ answer }: { answer: EndpointAnswer }) {
  const filter = endpointFilter(answer.endpoint)
  const total = answer.statuses.reduce((n, status) => n + status.count, 0)
  const top = answer.statuses[0]
  return (
    <ChartFrame title="Status" columns={['Status', 'Calls', 'Share']}
      finding={top ? `${top.value} in ${formatShare(top.count / total)} of calls.` : 'No call had a status.'}
      rows={answer.statuses.map(({ value, count }) => [value, count, formatShare(count / total)])}>
      <BarList bars={answer.statuses.map(({ value, count }) => ({ label: value, count, tone: toneOfStatus(value), filter: `${filter} && call.status == ${value}` }))} />
      {answer.errors.length > 0 && (
        <>
          <h3>Error types</h3>
          <BarList bars={answer.errors.map(({ value, count }) => ({ label: value, count, tone: value === 'abort' ? 'refused' as const : 'failed' as const, filter: `${filter} && call.error == ${JSON.stringify(value)}` }))} />
        </>
      )}
    </ChartFrame>
  )
}

function toneOfStatus(status: string) {
  return status >= '5' ? 'failed' : status >= '4' ? 'refused' : 'ok'
}

function Callers({ answer }: { answer: EndpointAnswer }) {
  return (
    <section className="stack" aria-labelledby="callers">
      <h2 id="callers">What people did to call it</h2>
      {answer.callers.length === 0
        ? <p className="muted">No call of it is linked to an action yet. Data quality says why.</p>
        : <DataTable label="Calling actions" columns={callerColumns} rows={answer.callers} rowKey={(c) => `${c.name} ${c.page} ${c.kind}`} maxHeight={220} />}
    </section>
  )
}

function FailedCalls({ endpoint }: { endpoint: EndpointStats }) {
  const range = useRange()
  const navigate = useNavigate()
  const filter = `${endpointFilter(endpoint)} && call.failed == true`
  const calls = useCalls({ ...range.query, filter }, 50)
  return (
    <section className="stack" aria-labelledby="failed-calls">
      <h2 id="failed-calls">Recent failed calls</h2>
      <Answered query={calls} what="failed calls">
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows)
          if (rows.length === 0) return <p className="muted">None in this time range.</p>
          return <DataTable main label="Recent failed calls" columns={callColumns} rows={rows} rowKey={(call) => call.id} maxHeight={260}
            onOpen={(call) => void navigate({ to: '/calls', search: { filter, sel: call.id } })} />
        }}
      </Answered>
    </section>
  )
}
