import { Link } from '@tanstack/react-router'
import { endpointFilter, endpointName } from '../../api/endpoints'
import { useQuality } from '../../api/queries'
import type { Quality } from '../../api/types'
import { DataTable, type Column } from '../../charts/DataTable'
import { Answered } from '../../components/Notice'
import { NoCalls } from '../../components/Onboarding'
import { CallsLink, Facts } from '../../components/values'
import { formatCount, formatMs, formatShare } from '../../lib/format'
import { useRange } from '../../lib/view'
import { describeReason } from './reasons'
import './quality.css'

/** How far the data can be trusted: what is linked, by what evidence, and why the rest is not. */
export default function QualityPage() {
  const { query } = useRange()
  const quality = useQuality(query)
  return (
    <div className="stack">
      <h1>Data quality</h1>
      <Answered query={quality} what="data quality">
        {(q) => q.calls.total + q.calls.client + q.events.total === 0 ? <NoCalls /> : (
          <>
            <p>{coverageSentence(q)}</p>
            <div className="columns">
              <Methods quality={q} />
              <Unlinked quality={q} />
              <Sources quality={q} />
              <Routes quality={q} />
              <Intake quality={q} />
              <Rejected quality={q} />
            </div>
          </>
        )}
      </Answered>
    </div>
  )
}

function coverageSentence({ calls, events }: Quality): string {
  const linked = calls.total ? `${formatShare(calls.linked_to_action / calls.total)} of ${formatCount(calls.total)} server calls are linked to an action, ${formatShare(calls.with_client / calls.total)} to the browser's own call` : 'There are no server calls'
  const actions = events.actions ? `${formatShare(events.actions_linked / events.actions)} of ${formatCount(events.actions)} actions have at least one call` : 'there are no actions'
  return `${linked}; ${actions}.`
}

const methodMeaning: Record<string, string> = {
  action_id: 'the action id reached the server in baggage',
  span: "the server's span is a child of the browser's",
  trace: 'same trace id',
  server_timing: 'the browser read the trace id from Server-Timing',
  request_id: 'same request id on the response',
  match: 'method, path, status, time and duration fit',
  window: 'it began right after the action',
}

function Methods({ quality: { calls } }: { quality: Quality }) {
  const methods = Object.entries(calls.by_method).toSorted((a, b) => b[1] - a[1])
  return (
    <section aria-labelledby="by-method">
      <h2 id="by-method">Linked by method</h2>
      {methods.length === 0 ? <p className="muted">Nothing is linked yet. Send what browsers do (OpenTelemetry or POST /intake/events), or write <code>$http_traceparent</code> into the access log.</p> : (
        <table className="mini-table">
          <thead><tr><th scope="col">Method</th><th scope="col">Evidence</th><th scope="col" className="number">Calls</th><th scope="col" className="number">Share</th></tr></thead>
          <tbody>
            {methods.map(([method, count]) => (
              <tr key={method}><td className="mono">{method}</td><td className="muted">{methodMeaning[method]}</td><td className="number">{formatCount(count)}</td><td className="number">{formatShare(count / Math.max(1, calls.total))}</td></tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Unlinked({ quality }: { quality: Quality }) {
  return (
    <section aria-labelledby="unlinked">
      <h2 id="unlinked">Why not linked</h2>
      {quality.unlinked.length === 0 ? <p className="muted">Every call that was looked at is linked.</p> : (
        <table className="mini-table">
          <thead><tr><th scope="col">Reason</th><th scope="col">Side</th><th scope="col" className="number">Calls</th><th scope="col" className="nowrap">Look at</th></tr></thead>
          <tbody>
            {quality.unlinked.map(({ reason, side, count, example }) => (
              <tr key={`${reason} ${side}`}>
                <td><span className="mono">{reason}</span> <span className="muted">{describeReason(reason)}</span></td><td>{side}</td><td className="number">{formatCount(count)}</td>
                <td><Link to="/calls" search={{ side: 'any', sel: example }}>one <span className="hidden-text">{side} call: {reason}</span></Link></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

type Source = Quality['by_source'][number]
const sourceColumns: Column<Source>[] = [
  { id: 'source', header: 'Format or SDK', width: 'minmax(140px, 1fr)', cell: (s) => s.source || <span className="muted">unknown</span> },
  { id: 'events', header: 'Events', width: '84px', align: 'end', cell: (s) => formatCount(s.events) },
  { id: 'calls', header: 'Calls', width: '84px', align: 'end', cell: (s) => formatCount(s.calls) },
  { id: 'spans', header: 'Spans', width: '84px', align: 'end', cell: (s) => formatCount(s.spans) },
  { id: 'linked', header: 'Linked', width: '72px', align: 'end', cell: (s) => s.calls ? formatShare(s.linked / s.calls) : <span className="muted">–</span> },
]

function Sources({ quality: { by_source: sources } }: { quality: Quality }) {
  return (
    <section className="stack" aria-labelledby="by-source">
      <h2 id="by-source">By origin</h2>
      <DataTable label="By origin" columns={sourceColumns} rows={sources} rowKey={(s) => s.source} maxHeight={250} />
    </section>
  )
}

type Route = Quality['by_route'][number]
const routeColumns: Column<Route>[] = [
  { id: 'service', header: 'Service', width: '110px', cell: (r) => r.service },
  { id: 'route', header: 'Endpoint', width: 'minmax(180px, 1fr)', cell: endpointName },
  { id: 'calls', header: 'Calls', width: '84px', align: 'end', cell: (r) => <CallsLink filter={endpointFilter(r)}>{formatCount(r.calls)}</CallsLink> },
  { id: 'linked', header: 'Linked', width: '72px', align: 'end', cell: (r) => formatShare(r.linked / Math.max(1, r.calls)) },
]

function Routes({ quality: { by_route: routes } }: { quality: Quality }) {
  return (
    <section className="stack" aria-labelledby="by-route">
      <h2 id="by-route">By endpoint</h2>
      <DataTable main label="By endpoint" columns={routeColumns} rows={routes} rowKey={endpointFilter} maxHeight={250} />
    </section>
  )
}

function Intake({ quality: q }: { quality: Quality }) {
  return (
    <section aria-labelledby="intake">
      <h2 id="intake">Intake</h2>
      <Facts facts={[
        ['Duplicates', `${formatCount(q.duplicates)} of the records that arrived in this time had come before and changed nothing`],
        ['Late', `${formatCount(q.late)} rows arrived more than 48 hours after their own time`],
        ['Clocks', q.clock_skew.corrected === 0 ? 'no sender was more than a second off' : `${formatCount(q.clock_skew.corrected)} rows corrected, by ${formatMs(q.clock_skew.median_ms)} in the middle and ${formatMs(q.clock_skew.max_ms)} at most`],
        ['Lost by SDK', q.sdk_loss === null ? 'no sender numbers its events' : `${formatShare(q.sdk_loss)} of numbered events never came`],
        ['No session', `${formatCount(q.events.without_session)} events name no session`],
      ]} />
    </section>
  )
}

function Rejected({ quality: { rejected } }: { quality: Quality }) {
  return (
    <section aria-labelledby="rejected">
      <h2 id="rejected">Rejected</h2>
      {rejected.length === 0 ? <p className="muted">Nothing that arrived in this time was rejected.</p> : <>
        <p className="muted">Of what arrived in this time, whenever it happened.</p>
        <table className="mini-table">
          <thead><tr><th scope="col">Source</th><th scope="col">Reason</th><th scope="col" className="number">Records</th></tr></thead>
          <tbody>{rejected.map((r) => <tr key={`${r.source} ${r.reason}`}><td>{r.source}</td><td title={r.example}>{r.reason}</td><td className="number">{formatCount(r.count)}</td></tr>)}</tbody>
        </table>
      </>}
    </section>
  )
}
