import type { CallRecord } from '../../api/types'
import type { Column } from '../../charts/DataTable'
import { Confidence, Method, Moment, Status } from '../../components/values'
import { formatDuration } from '../../lib/format'

export const callColumns: Column<CallRecord>[] = [
  { id: 'time', header: 'Time', width: '140px', cell: (c) => <Moment at={c.time} precision="milli" /> },
  { id: 'status', header: 'Status', width: '74px', cell: (c) => <Status status={c.status} error={c.error} /> },
  { id: 'duration', header: 'Took', width: '70px', align: 'end', cell: (c) => formatDuration(c.duration_us) },
  { id: 'request', header: 'Request', width: 'minmax(160px, 1fr)', cell: (c) => <><Method method={c.method} /> {c.path || c.route}</> },
  { id: 'service', header: 'Service', width: '92px', cell: (c) => c.service || <span className="muted">{c.side === 'client' ? 'browser' : '–'}</span> },
  {
    id: 'link', header: 'Link', width: '120px', title: 'How the call is tied to an action or a client call, and how sure that is',
    cell: (c) => c.link ? <Confidence method={c.link.method} confidence={c.link.confidence} /> : <span className="muted">not linked</span>,
  },
]
