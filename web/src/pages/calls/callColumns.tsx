import type { CallRecord } from '../../api/types'
import type { Column } from '../../charts/DataTable'
import { Confidence, Method, Moment, Status } from '../../components/values'
import { formatBytes, formatDuration } from '../../lib/format'

const none = <span className="muted">–</span>
const text = (id: string, header: string, width: string, of: (c: CallRecord) => string | undefined): Column<CallRecord> => ({ id, header, width, cell: (c) => of(c) || none })
const bytes = (n: number | undefined) => (n ? formatBytes(n) : none)

/** Every column that a list of calls can have, in the order of the chooser. */
export const allCallColumns: Column<CallRecord>[] = [
  { id: 'time', header: 'Time', width: '140px', cell: (c) => <Moment at={c.time} precision="milli" /> },
  { id: 'status', header: 'Status', width: '74px', cell: (c) => <Status status={c.status} error={c.error} /> },
  { id: 'duration', header: 'Took', width: '70px', align: 'end', cell: (c) => formatDuration(c.duration_us) },
  { id: 'request', header: 'Request', width: 'minmax(160px, 1fr)', cell: (c) => <><Method method={c.method} /> <bdi>{c.path || c.route}</bdi></> },
  { id: 'service', header: 'Service', width: '92px', cell: (c) => c.service || <span className="muted">{c.side === 'client' ? 'browser' : '–'}</span> },
  {
    id: 'link', header: 'Link', width: '120px', title: 'How the call is linked to an action, or to the same call on the other side, and how sure that is',
    cell: (c) => c.link ? <Confidence method={c.link.method} confidence={c.link.confidence} /> : <span className="muted">{c.link_pending ? 'not linked yet' : 'no link'}</span>,
  },
  text('side', 'Side', '72px', (c) => (c.side === 'client' ? 'browser' : 'server')),
  text('route', 'Route', 'minmax(140px, 1fr)', (c) => c.route),
  text('host', 'Host', '130px', (c) => c.host),
  text('error', 'Error', '110px', (c) => c.error),
  text('user', 'User', '130px', (c) => c.user_id || c.link?.user_id),
  text('device', 'Device', '130px', (c) => c.device_id || c.link?.device_id),
  text('account', 'Account', '110px', (c) => c.account_id),
  text('session', 'Session', '130px', (c) => c.session_id || c.link?.session_id),
  text('trace', 'Trace', '130px', (c) => c.trace_id),
  text('request_id', 'Request id', '130px', (c) => c.request_id),
  text('release', 'Release', '90px', (c) => c.release),
  text('browser', 'Browser', '100px', (c) => c.context?.browser),
  text('bot', 'Bot', '86px', (c) => c.bot),
  { id: 'sent', header: 'Sent', width: '70px', align: 'end', cell: (c) => bytes(c.request_bytes) },
  { id: 'received', header: 'Received', width: '76px', align: 'end', cell: (c) => bytes(c.response_bytes) },
  text('source', 'Source', '110px', (c) => c.source),
]

export const defaultColumns = ['time', 'status', 'duration', 'request', 'service', 'link']

export const callColumns = allCallColumns.filter((column) => defaultColumns.includes(column.id))

/** The columns that the URL names, in its order; the usual ones when it names none that exist. */
export function columnsOf(cols: string | undefined): Column<CallRecord>[] {
  const named = [...new Set(cols?.split(',') ?? [])].flatMap((id) => allCallColumns.find((column) => column.id === id) ?? [])
  return named.length > 0 ? named : callColumns
}

/** What the URL says after a column is ticked or not: new ones come last; the usual choice needs no words, and one column stays. */
export function toggleColumn(cols: string | undefined, id: string): string | undefined {
  const shown = columnsOf(cols).map((column) => column.id)
  const next = shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id]
  if (next.length === 0) return shown.join(',')
  return next.join() === defaultColumns.join() ? undefined : next.join(',')
}
