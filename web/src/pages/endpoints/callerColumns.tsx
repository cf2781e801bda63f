import type { Caller } from '../../api/types'
import type { Column } from '../../charts/DataTable'
import { formatCount } from '../../lib/format'

export const callerColumns: Column<Caller>[] = [
  { id: 'kind', header: 'Kind', width: '100px', cell: (c) => c.kind.replace('_', ' ') },
  { id: 'name', header: 'Action', width: 'minmax(180px, 1fr)', cell: (c) => c.name === c.kind ? <span className="muted">–</span> : <bdi>{c.name}</bdi> },
  { id: 'page', header: 'On page', width: 'minmax(160px, 1fr)', cell: (c) => c.page },
  { id: 'count', header: 'Calls', width: '90px', align: 'end', cell: (c) => formatCount(c.count) },
  { id: 'failed', header: 'Failed', width: '90px', align: 'end', cell: (c) => <span className={c.failed > 0 ? 'failed' : 'muted'}>{formatCount(c.failed)}</span> },
  { id: 'people', header: 'People', width: '90px', align: 'end', cell: (c) => formatCount(c.people) },
]
