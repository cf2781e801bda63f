import type { Column } from '../../charts/DataTable'
import { CallsLink, Method, Moment } from '../../components/values'
import { endpointFilter, type EndpointStats } from '../../api/endpoints'
import { endpointKey } from './peopleHit'
import { formatCount, formatQuantile, formatRate, formatShare } from '../../lib/format'

/** Why two tiers of the same requests name different numbers of people. */
export const peopleMeaning = 'People whom the calls of this row are linked to. A request that passes several services is a row for each, and in each only the linked calls name somebody.'

/** The catalogue's columns; seconds is the length of the range, which turns counts into rates; approx = its quantiles were read off buckets. */
export function endpointColumns(seconds: number, approx: boolean): Column<EndpointStats>[] {
  const failed = (e: EndpointStats) => share(e.failed, e.calls)
  const refused = (e: EndpointStats) => share(e.refused, e.calls)
  return [
    { id: 'service', header: 'Service', width: '120px', value: (e) => e.service, cell: (e) => e.service || <span className="muted">–</span> },
    { id: 'route', header: 'Endpoint', width: 'minmax(240px, 1fr)', value: (e) => `${e.route} ${e.method}`, cell: (e) => <span title={`${e.method} ${e.route} ${e.service}`}><Method method={e.method} /> {e.route}</span> },
    { id: 'calls', header: 'Calls', width: '84px', align: 'end', value: (e) => e.calls, cell: (e) => <CallsLink filter={endpointFilter(e)}>{formatCount(e.calls)}</CallsLink> },
    { id: 'rate', header: 'Rate', width: '80px', align: 'end', value: (e) => e.calls, cell: (e) => formatRate(e.calls / seconds) },
    {
      id: 'failed', header: 'Failed', width: '76px', align: 'end', title: 'Status 500 and above, or no response', value: failed,
      cell: (e) => e.failed === 0 ? <span className="muted">0 %</span> : <CallsLink filter={`${endpointFilter(e)} && call.failed == true`}><span className="failed">{formatShare(failed(e))}</span></CallsLink>,
    },
    {
      id: 'refused', header: 'Refused', width: '76px', align: 'end', title: 'Status 400 to 499: the API answered, and said no', value: refused,
      cell: (e) => e.refused === 0 ? <span className="muted">0 %</span> : <CallsLink filter={`${endpointFilter(e)} && call.refused == true`}><span className="refused">{formatShare(refused(e))}</span></CallsLink>,
    },
    { id: 'p50', header: 'p50', width: '86px', align: 'end', value: (e) => e.p50_us ?? -1, cell: (e) => formatQuantile(e.p50_us, approx) },
    { id: 'p95', header: 'p95', width: '86px', align: 'end', value: (e) => e.p95_us ?? -1, cell: (e) => formatQuantile(e.p95_us, approx) },
    { id: 'p99', header: 'p99', width: '86px', align: 'end', value: (e) => e.p99_us ?? -1, cell: (e) => formatQuantile(e.p99_us, approx) },
    { id: 'people', header: 'People', width: '76px', align: 'end', title: peopleMeaning, value: (e) => e.people, cell: (e) => <People n={e.people} /> },
    { id: 'seen', header: 'Last seen', width: '128px', align: 'end', value: (e) => Date.parse(e.last_seen), cell: (e) => <Moment at={e.last_seen} /> },
  ]
}

/** An endpoint in full, in one cell. */
function named({ service, method, route }: EndpointStats) {
  return <span title={`${service} ${method} ${route}`}><span className="muted">{service}</span> {method} {route}</span>
}

/** What fits a phone: the endpoint and its most telling numbers; its page has the rest. */
export function onPhone(columns: Column<EndpointStats>[]): Column<EndpointStats>[] {
  const widths: Record<string, string> = { route: 'minmax(120px, 1fr)', calls: '68px', failed: '68px' }
  return columns.filter(({ id }) => id in widths).map((column) => ({ ...column, width: widths[column.id]!, ...(column.id === 'route' ? { cell: named } : {}) }))
}

/** How many people met a failed call, by endpointKey. */
export function hitColumn(hit: Map<string, number> | undefined): Column<EndpointStats> {
  const people = (e: EndpointStats) => hit?.get(endpointKey(e)) ?? 0
  return {
    id: 'hit', header: 'People hit', width: '88px', align: 'end', title: 'People who met a failed call', value: people,
    cell: (e) => <People n={people(e)} />,
  }
}

/** A number of people; there is no page that lists them, so it opens nothing. */
function People({ n }: { n: number }) {
  return <span className={n === 0 ? 'muted' : undefined}>{formatCount(n)}</span>
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
