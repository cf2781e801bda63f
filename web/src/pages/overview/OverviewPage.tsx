import { Link, useNavigate } from '@tanstack/react-router'
import { useEndpoints, useQuality, useSessions } from '../../api/queries'
import type { EndpointStats, SessionRecord } from '../../api/types'
import { DataTable } from '../../charts/DataTable'
import { Answered } from '../../components/Notice'
import { NoCalls } from '../../components/Onboarding'
import { formatCount, formatShare } from '../../lib/format'
import { useRange } from '../../lib/view'
import { endpointColumns } from '../endpoints/endpointColumns'
import { RedCharts } from '../RedCharts'
import { sessionColumns } from '../sessions/sessionColumns'
import { Headline } from './Headline'
import { worstFirst, worstTrouble } from './trouble'

const shownEndpoints = 8
const shownSessions = 8
const failedSessions = 'session.failed > 0'

/** The first screen: what hurts people in this time range, in one sentence, and then the charts. */
export default function OverviewPage() {
  const range = useRange()
  const endpoints = useEndpoints(range.query)
  return (
    <Answered query={endpoints} what="the overview">
      {({ rows }) => rows.length === 0 ? <><h1>Overview</h1><NoCalls /></> : (
        <div className="stack">
          <Headline trouble={worstTrouble(rows)} calls={rows.reduce((n, e) => n + e.calls, 0)} />
          <RedCharts range={range} of="all endpoints" />
          <WorstEndpoints rows={rows} seconds={(range.to - range.from) / 1000} />
          <FailedSessions />
          <Coverage />
        </div>
      )}
    </Answered>
  )
}

const overviewColumns = new Set(['service', 'route', 'calls', 'failed', 'refused', 'p50', 'p95', 'people'])

function WorstEndpoints({ rows, seconds }: { rows: EndpointStats[]; seconds: number }) {
  const navigate = useNavigate()
  const columns = endpointColumns(seconds).filter((column) => overviewColumns.has(column.id))
  return (
    <section className="stack" aria-labelledby="worst-endpoints">
      <h2 id="worst-endpoints">Endpoints that hurt most <Link to="/endpoints" className="small">all {formatCount(rows.length)}</Link></h2>
      <DataTable main label="Endpoints that hurt most" columns={columns} rows={worstFirst(rows).slice(0, shownEndpoints)} rowKey={(e) => e.id} maxHeight={230}
        onOpen={(e) => void navigate({ to: '/endpoints/$id', params: { id: e.id } })} />
    </section>
  )
}

function FailedSessions() {
  const { query } = useRange()
  const sessions = useSessions({ ...query, filter: failedSessions }, shownSessions)
  return (
    <section className="stack" aria-labelledby="failed-sessions">
      <h2 id="failed-sessions">Recent sessions with failed calls <Link to="/sessions" search={{ filter: failedSessions }} className="small">all</Link></h2>
      <Answered query={sessions} what="sessions">
        {({ pages }) => <SessionList rows={pages[0]?.rows ?? []} />}
      </Answered>
    </section>
  )
}

function SessionList({ rows }: { rows: SessionRecord[] }) {
  const navigate = useNavigate()
  if (rows.length === 0) return <p className="muted">None in this time range.</p>
  return <DataTable label="Recent sessions with failed calls" columns={sessionColumns} rows={rows} rowKey={(s) => s.id} maxHeight={230}
    onOpen={(s) => void navigate({ to: '/sessions/$id', params: { id: s.id } })} />
}

function Coverage() {
  const { query } = useRange()
  const quality = useQuality(query)
  const calls = quality.data?.calls
  if (!calls || calls.total === 0) return null
  return (
    <p className="muted">
      {formatShare(calls.linked_to_action / calls.total)} of {formatCount(calls.total)} server calls are linked to what a person did.{' '}
      <Link to="/quality">Why not the rest?</Link>
    </p>
  )
}
