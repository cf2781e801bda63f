import { useMemo } from 'react'
import { useMediaQuery } from '@mantine/hooks'
import { useServices, type ServiceEdge } from '../../api/groups'
import { ChartFrame } from '../../charts/ChartFrame'
import { DataTable, type Column } from '../../charts/DataTable'
import { Answered, EmptyNotice } from '../../components/Notice'
import { NothingMatches } from '../../components/Onboarding'
import { SearchBox } from '../../components/SearchBox'
import { CallsLink, SessionsLink } from '../../components/values'
import { oneOf, term } from '../../lib/filter'
import { formatCount, formatDuration, formatShare, plural } from '../../lib/format'
import { formatSort, parseSort } from '../../lib/search'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { layFlow, nodeWidth, serviceName } from './flow'
import './services.css'

/** Who calls whom, how it goes, and the visits behind it. */
export default function ServicesPage() {
  const { q, sort } = useViewSearch()
  const setSearch = useSetSearch()
  const { query: range } = useRange()
  const services = useServices({ ...range, q })
  const phone = useMediaQuery('(max-width: 700px)')
  return (
    <div className="fill">
      <div className="row"><h1>Services</h1><SearchBox label="Service" /></div>
      <Answered query={services} what="services">
        {({ rows, edges, services: count, truncated }) => rows.length === 0
          ? q ? <NothingMatches what="services" onClear={() => setSearch({ q: undefined })} /> : <NoServices />
          : (
            <>
              <p className="muted">
                {plural(count, 'service')}, {plural(edges, 'edge')}{rows.length < edges ? `; the busiest ${formatCount(rows.length)} are shown, search finds the others` : ''}. Only traced calls tell who called.
                {truncated && <span className="slow"> There are more than 5,000 traced calls: the newest 5,000 are used, so numbers are too low and shares are those of the newest. A shorter range counts all.</span>}
              </p>
              {!phone && <FlowChart rows={rows} q={q} />}
              <DataTable main label="Edges between services" columns={phone ? phoneColumns : edgeColumns} rows={rows} rowKey={(e) => `${e.caller}\n${e.callee}`}
                sort={parseSort(sort, '-calls')} onSort={(next) => setSearch({ sort: formatSort(next) })} />
            </>
          )}
      </Answered>
    </div>
  )
}

const edgeColumns: Column<ServiceEdge>[] = [
  { id: 'caller', header: 'Caller', width: 'minmax(150px, 1fr)', value: (e) => e.caller, cell: (e) => e.caller ? <bdi title={e.caller}>{e.caller}</bdi> : <span className="muted">{serviceName('')}</span> },
  { id: 'callee', header: 'Called', width: 'minmax(150px, 1fr)', value: (e) => e.callee, cell: (e) => <bdi title={e.callee}>{serviceName(e.callee)}</bdi> },
  { id: 'calls', header: 'Calls', width: '76px', align: 'end', title: 'The link opens all traced calls that the called service took, from every caller', value: (e) => e.calls, cell: (e) => <CallsLink filter={tookBy(e)}>{formatCount(e.calls)}</CallsLink> },
  { id: 'failed', header: 'Failed', width: '76px', align: 'end', value: (e) => e.error_rate, cell: (e) => e.failed === 0 ? <span className="muted">0 %</span> : <CallsLink filter={`${tookBy(e)} && call.failed == true`}><span className="failed">{formatShare(e.error_rate)}</span></CallsLink> },
  { id: 'p50', header: 'p50', width: '72px', align: 'end', value: (e) => e.p50_us ?? -1, cell: (e) => formatDuration(e.p50_us) },
  { id: 'p95', header: 'p95', width: '72px', align: 'end', value: (e) => e.p95_us ?? -1, cell: (e) => formatDuration(e.p95_us) },
  { id: 'people', header: 'People', width: '72px', align: 'end', value: (e) => e.people, cell: (e) => formatCount(e.people) },
  { id: 'sessions', header: 'Sessions', width: '80px', align: 'end', value: (e) => e.sessions, cell: (e) => <Visits edge={e} n={e.sessions} /> },
]

// A drawing of who calls whom is wider than a phone; the table says the same.
const phoneWidths: Record<string, string> = { caller: 'minmax(100px, 1fr)', callee: 'minmax(90px, 1fr)', calls: '64px', failed: '64px' }
const phoneColumns = edgeColumns.filter(({ id }) => id in phoneWidths).map((column) => ({ ...column, width: phoneWidths[column.id]! }))

function tookBy(e: ServiceEdge): string {
  return `${e.callee ? term('call.service', '==', e.callee) : '!has(call.service)'} && has(call.trace_id)`
}

/** Opens the visits behind an edge; beyond 50 the newest. */
function Visits({ edge, n }: { edge: ServiceEdge; n: number }) {
  if (edge.session_ids.length === 0) return <span className="muted">{formatCount(n)}</span>
  const cut = edge.session_ids.length < edge.sessions
  return <SessionsLink filter={oneOf('session.id', edge.session_ids)}><span title={cut ? `Opens the newest ${edge.session_ids.length}` : undefined}>{formatCount(n)}{cut ? ' *' : ''}</span></SessionsLink>
}

function FlowChart({ rows, q }: { rows: ServiceEdge[]; q: string | undefined }) {
  const setSearch = useSetSearch()
  const flow = useMemo(() => layFlow(rows), [rows])
  const worst = rows.filter((e) => e.failed > 0).toSorted((a, b) => b.failed - a.failed)[0]
  return (
    <ChartFrame title="Who calls whom" columns={['Caller', 'Called', 'Calls', 'Failed', 'p95']} rows={rows.map((e) => [serviceName(e.caller), serviceName(e.callee), e.calls, formatShare(e.error_rate), formatDuration(e.p95_us)])}
      finding={<>{worst ? `${serviceName(worst.callee)} fails most: ${formatCount(worst.failed)} of ${plural(worst.calls, 'call')} from ${serviceName(worst.caller)} (${formatShare(worst.error_rate)}).` : 'No traced call failed.'}{flow.left > 0 && ` The busiest ${flow.edges.length} edges are drawn.`} A click narrows the page to a service.</>}>
      {/* The region scrolls, so the keyboard must be able to reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="flow-scroll" tabIndex={0} role="region" aria-label="Flow of calls between services">
        <div className="flow" style={{ width: flow.width, height: flow.height }}>
          <svg width={flow.width} height={flow.height} aria-hidden>
            {flow.edges.map(({ edge, path, width }) => <path key={`${edge.caller}\n${edge.callee}`} d={path} className={edge.error_rate >= 0.01 ? 'flow-edge failing' : 'flow-edge used'} strokeWidth={width} />)}
          </svg>
          {flow.nodes.map((node) => (
            <button key={node.name} type="button" className="flow-node" style={{ left: node.x, top: node.y, width: nodeWidth }} aria-pressed={q === node.name} disabled={node.name === ''}
              title={node.calls ? `${node.label}: ${plural(node.calls, 'call')}, ${formatCount(node.failed)} failed` : node.label} onClick={() => setSearch({ q: q === node.name ? undefined : node.name })}>
              <bdi>{node.label}</bdi>
            </button>
          ))}
        </div>
      </div>
    </ChartFrame>
  )
}

function NoServices() {
  return (
    <EmptyNotice title="No traced calls in this time range.">
      <p>Who called whom shows in trace ids. Add <code>$http_traceparent</code> to the access log, or send OpenTelemetry spans to <code>{location.origin}/v1/traces</code>.</p>
    </EmptyNotice>
  )
}
