import { useBreakdown } from '../../api/queries'
import type { Column } from '../../charts/DataTable'
import { awaited } from '../../components/awaited'
import { Answered } from '../../components/Notice'
import { SessionsLink } from '../../components/values'
import { term } from '../../lib/filter'
import { formatCount, formatMs, formatShare } from '../../lib/format'
import { useCurrent } from '../../lib/old'
import { useRange } from '../../lib/view'
import { EventsLink } from './EventsLink'
import { causedQuestion, exitQuestion, pageQuestion, pageRows, type PageRow } from './questions'
import { UsageTable } from './UsageTable'

/** Pages by how they are seen, how fast they are for people, and what they make the API do. */
export function Pages() {
  const range = useRange()
  const asked = useBreakdown(pageQuestion(range))
  const causing = useBreakdown(causedQuestion(range, 'page'))
  const caused = useCurrent(causing)
  const leaving = useBreakdown(exitQuestion(range))
  const exits = useCurrent(leaving)
  const withCalls = awaited(columns, ['calls', 'failed', 'slowest'], { there: caused !== undefined, failed: causing.isError })
  const shown = awaited(withCalls, ['exits', 'exit'], { there: exits !== undefined, failed: leaving.isError })
  return (
    <Answered query={asked} what="pages">
      {(answer) => (
        <UsageTable label="Pages" rows={pageRows(answer, caused, exits)} columns={shown} rowKey={(p) => p.page} text={(p) => p.page} sort="-views" cut={answer.other && 'most views'}
          empty={<p>Pages come with events that carry <code>page.url</code>.</p>}>
          LCP, INP and CLS are the 75th percentile of what browsers measured; – is unknown, not zero. Calls are those that actions on the page caused.
        </UsageTable>
      )}
    </Answered>
  )
}

const on = (p: PageRow) => term('event.page_route', '==', p.page)
const views = (p: PageRow) => `${on(p)} && event.kind in ["page_view", "route_change"]`
const exiting = (p: PageRow) => term('session.exit_page', '==', p.page)

/** The limits of Core Web Vitals: good up to the first, poor above the second. */
function tone(value: number | null, good: number, poor: number): string | undefined {
  return value === null ? 'muted' : value > poor ? 'failed' : value > good ? 'slow' : 'good'
}

const columns: Column<PageRow>[] = [
  { id: 'page', header: 'Page', width: 'minmax(180px, 2fr)', value: (p) => p.page, cell: (p) => <bdi title={p.page}>{p.page}</bdi> },
  { id: 'views', header: 'Views', width: '80px', align: 'end', value: (p) => p.views, cell: (p) => <EventsLink filter={views(p)}>{formatCount(p.views)}</EventsLink> },
  { id: 'people', header: 'People', width: '80px', align: 'end', value: (p) => p.people, cell: (p) => formatCount(p.people) },
  { id: 'engaged', header: 'Engaged', width: '76px', align: 'end', title: 'How long a view was visible, on average; when the sender tells it', value: (p) => p.engaged ?? -1, cell: (p) => formatMs(p.engaged) },
  { id: 'lcp', header: 'LCP', width: '68px', align: 'end', title: 'When the largest part was painted, 75th percentile', value: (p) => p.lcp ?? -1, cell: (p) => <span className={tone(p.lcp, 2500, 4000)}>{formatMs(p.lcp)}</span> },
  { id: 'inp', header: 'INP', width: '68px', align: 'end', title: 'How long the page took to answer a deed, 75th percentile', value: (p) => p.inp ?? -1, cell: (p) => <span className={tone(p.inp, 200, 500)}>{formatMs(p.inp)}</span> },
  { id: 'cls', header: 'CLS', width: '56px', align: 'end', title: 'How much the layout jumped, 75th percentile', value: (p) => p.cls ?? -1, cell: (p) => <span className={tone(p.cls, 0.1, 0.25)}>{p.cls === null ? '–' : p.cls.toFixed(2)}</span> },
  { id: 'calls', header: 'Calls caused', width: '112px', align: 'end', value: (p) => p.calls ?? -1, title: 'By all that was done here; the timeline of a visit shows which', cell: (p) => formatCount(p.calls) },
  { id: 'failed', header: 'Failed', width: '64px', align: 'end', value: (p) => p.failed ?? -1, cell: (p) => <span className={p.failed ? 'failed' : 'muted'}>{formatCount(p.failed)}</span> },
  { id: 'slowest', header: 'p95 wait', width: '76px', align: 'end', title: 'Of the slowest call each action caused', value: (p) => p.slowest ?? -1, cell: (p) => formatMs(p.slowest) },
  { id: 'errors', header: 'Script errors', width: '108px', align: 'end', value: (p) => p.errors, cell: (p) => (p.errors ? <EventsLink filter={`${on(p)} && event.kind == "error"`}><span className="failed">{formatCount(p.errors)}</span></EventsLink> : <span className="muted">0</span>) },
  { id: 'exits', header: 'Exits', width: '64px', align: 'end', title: 'Visits that ended here', value: (p) => p.exits, cell: (p) => <SessionsLink filter={exiting(p)}>{formatCount(p.exits)}</SessionsLink> },
  { id: 'exit', header: 'Exit share', width: '92px', align: 'end', title: 'Of the visits that saw it', value: (p) => p.exits / Math.max(1, p.sessions), cell: (p) => formatShare(p.sessions ? Math.min(1, p.exits / p.sessions) : null) },
]
