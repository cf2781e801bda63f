import { SegmentedControl } from '@mantine/core'
import { useBreakdown, useSeries } from '../../api/queries'
import type { Column } from '../../charts/DataTable'
import { Sparkline } from '../../charts/Sparkline'
import { awaited } from '../../components/awaited'
import { Answered } from '../../components/Notice'
import { term } from '../../lib/filter'
import { formatCount, formatMs } from '../../lib/format'
import { useCurrent } from '../../lib/old'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { causedQuestion, featureQuestion, features, trendQuestion, type Feature } from './questions'
import { EventsLink } from './EventsLink'
import { UsageTable } from './UsageTable'

const groupings = [{ value: 'target', label: 'Element' }, { value: 'name', label: 'Event' }]

const rowKey = (f: Feature) => JSON.stringify([f.name, f.target])

/** What people do, how many of them, and what that makes the API do. */
export function Features() {
  const range = useRange()
  const { by = 'target' } = useViewSearch()
  const setSearch = useSetSearch()
  const asked = useBreakdown(featureQuestion(range, by))
  const causing = useBreakdown(causedQuestion(range, by))
  const caused = useCurrent(causing)
  const trend = useCurrent(useSeries(trendQuestion(range, by)))
  const shown = awaited(by === 'target' ? columns : columns.filter(({ id }) => id !== 'target'), ['calls', 'failed', 'slowest'], { there: caused !== undefined, failed: causing.isError })
  return (
    <Answered query={asked} what="features">
      {(answer) => (
        <UsageTable label="Features" rows={features(answer, caused, trend)} columns={shown} rowKey={rowKey} text={(f) => `${f.name} ${f.target ?? ''}`}
          sort="-people" cut={answer.other && 'most uses'} empty={<p>Clicks, submits and your own events show here. They come from the browser script, or as events on <code>/intake/events</code>.</p>}>
          <SegmentedControl size="xs" aria-label="Rows" value={by} data={groupings} onChange={(value) => setSearch({ by: value === 'target' ? undefined : value })} />{' '}
          Calls and failures are those linked to the action. A feature without a link shows –, which is not none.
        </UsageTable>
      )}
    </Answered>
  )
}

const deeds = 'event.kind in ["click", "submit", "change", "custom", "route_change"]'

/** The uses a row counts; by event the row has no element, and counts all. */
function uses(f: Feature): string {
  const name = term('event.name', '==', f.name)
  return `${deeds} && ${f.target === null ? name : `${name} && ${f.target ? term('event.target', '==', f.target) : '!has(event.target)'}`}`
}

const columns: Column<Feature>[] = [
  { id: 'name', header: 'Event', width: 'minmax(120px, 1fr)', value: (f) => f.name, cell: (f) => <bdi title={f.name}>{f.name.replace('_', ' ')}</bdi> },
  { id: 'target', header: 'Element', width: 'minmax(160px, 2fr)', value: (f) => f.target ?? '', cell: (f) => <bdi title={f.target ?? ''}>{f.target || <span className="muted">–</span>}</bdi> },
  { id: 'trend', header: 'Trend', width: '112px', cell: (f) => <Sparkline calm values={f.trend} label={`Uses of ${f.name} ${f.target ?? ''} over time`} /> },
  { id: 'people', header: 'People', width: '80px', align: 'end', value: (f) => f.people, cell: (f) => formatCount(f.people) },
  { id: 'sessions', header: 'Sessions', width: '88px', align: 'end', value: (f) => f.sessions, cell: (f) => formatCount(f.sessions) },
  { id: 'count', header: 'Uses', width: '72px', align: 'end', value: (f) => f.count, cell: (f) => <EventsLink filter={uses(f)}>{formatCount(f.count)}</EventsLink> },
  { id: 'calls', header: 'Calls caused', width: '112px', align: 'end', value: (f) => f.calls ?? -1, title: 'By all uses; the timeline of a use shows which', cell: (f) => formatCount(f.calls) },
  { id: 'failed', header: 'Failed', width: '72px', align: 'end', value: (f) => f.failed ?? -1, cell: (f) => <span className={f.failed ? 'failed' : 'muted'}>{formatCount(f.failed)}</span> },
  { id: 'slowest', header: 'p95 wait', width: '84px', align: 'end', title: 'Of the slowest call each use caused', value: (f) => f.slowest ?? -1, cell: (f) => formatMs(f.slowest) },
]
