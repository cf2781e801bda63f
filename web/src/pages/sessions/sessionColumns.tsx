import type { SessionRecord } from '../../api/types'
import type { Column } from '../../charts/DataTable'
import { Moment } from '../../components/values'
import { formatCount, formatMs } from '../../lib/format'

export const sessionColumns: Column<SessionRecord>[] = [
  { id: 'start', header: 'Began', width: '128px', cell: (s) => <Moment at={s.start} /> },
  { id: 'person', header: 'Person', width: 'minmax(120px, 1fr)', cell: (s) => s.user_id || <span className="muted">{s.device_id || s.id}</span> },
  { id: 'duration', header: 'Lasted', width: '92px', align: 'end', cell: (s) => formatMs(s.duration_ms) },
  { id: 'entry', header: 'Entry page', width: 'minmax(140px, 1fr)', cell: (s) => s.entry_page },
  { id: 'exit', header: 'Exit page', width: 'minmax(140px, 1fr)', cell: (s) => s.exit_page },
  { id: 'browser', header: 'Browser', width: '140px', cell: (s) => [s.context?.browser, s.context?.device].filter(Boolean).join(' · ') },
  { id: 'pages', header: 'Pages', width: '64px', align: 'end', title: 'Page loads; changes of route without a load are not among them', cell: (s) => formatCount(s.pages) },
  { id: 'actions', header: 'Actions', width: '68px', align: 'end', cell: (s) => formatCount(s.actions) },
  { id: 'calls', header: 'Calls', width: '64px', align: 'end', cell: (s) => formatCount(s.calls) },
  { id: 'failed', header: 'Failed', width: '64px', align: 'end', cell: (s) => <span className={s.failed > 0 ? 'failed' : 'muted'}>{formatCount(s.failed)}</span> },
  { id: 'signals', header: 'Signals', width: '68px', align: 'end', title: 'Signs of friction: rage clicks, dead clicks, retries', cell: (s) => <span className={s.signals > 0 ? 'slow' : 'muted'}>{formatCount(s.signals)}</span> },
]
