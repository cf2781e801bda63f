import { Link } from '@tanstack/react-router'
import type { PersonRow } from '../../api/segments'
import type { Column } from '../../charts/DataTable'
import { Moment } from '../../components/values'
import { formatCount } from '../../lib/format'

export const personColumns: Column<PersonRow>[] = [
  { id: 'id', header: 'Person', width: 'minmax(160px, 1fr)', cell: (p) => <bdi className="mono" title={p.id}>{p.id}</bdi> },
  { id: 'account', header: 'Account', width: 'minmax(110px, 0.6fr)', title: 'Of the last visit that names one', cell: (p) => p.account_id && <Link to="/accounts/$id" params={{ id: p.account_id }} onClick={(event) => event.stopPropagation()}>{p.account_id}</Link> },
  { id: 'sessions', header: 'Visits', width: '64px', align: 'end', cell: (p) => formatCount(p.sessions) },
  { id: 'pages', header: 'Pages', width: '64px', align: 'end', title: 'Page loads; changes of route without a load are not among them', cell: (p) => formatCount(p.pages) },
  { id: 'actions', header: 'Actions', width: '68px', align: 'end', cell: (p) => formatCount(p.actions) },
  { id: 'calls', header: 'Calls', width: '64px', align: 'end', cell: (p) => formatCount(p.calls) },
  { id: 'failed', header: 'Failed', width: '64px', align: 'end', title: 'Calls that failed', cell: (p) => <span className={p.failed > 0 ? 'failed' : 'muted'}>{formatCount(p.failed)}</span> },
  { id: 'signals', header: 'Friction', width: '68px', align: 'end', title: 'Signs of friction: rage clicks, dead clicks, retries', cell: (p) => <span className={p.signals > 0 ? 'slow' : 'muted'}>{formatCount(p.signals)}</span> },
  { id: 'first', header: 'First visit', width: '128px', align: 'end', title: 'In this time range', cell: (p) => <Moment at={p.first_seen} /> },
  { id: 'last', header: 'Last visit', width: '128px', align: 'end', title: 'In this time range', cell: (p) => <Moment at={p.last_seen} /> },
]
