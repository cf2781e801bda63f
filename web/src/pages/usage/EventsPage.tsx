import { Link, useNavigate } from '@tanstack/react-router'
import { useEvents } from '../../api/groups'
import type { EventRecord } from '../../api/types'
import { DataTable, type Column } from '../../charts/DataTable'
import { FilterBar } from '../../components/FilterBar'
import { Answered } from '../../components/Notice'
import { NoSessions, NothingMatches } from '../../components/Onboarding'
import { Moment, PersonLink } from '../../components/values'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { sessionLink } from '../sessions/sessionLink'

const filterRecords = ['event', 'session']

/** The events behind a number, newest first; each opens its place in the session. */
export default function EventsPage() {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  const { query: range } = useRange()
  const events = useEvents({ ...range, filter })
  const navigate = useNavigate()
  const setFilter = (next: string | undefined) => setSearch({ filter: next })
  return (
    <div className="fill">
      <div className="row top"><h1>Events</h1><div className="grow"><FilterBar filter={filter} onFilter={setFilter} records={filterRecords} example={'event.kind == "click" && event.target == "Pay now"'} /></div></div>
      <Answered query={events} what="events">
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows)
          if (rows.length === 0) return filter ? <NothingMatches what="events" onClear={() => setFilter(undefined)} /> : <NoSessions />
          return (
            <DataTable main label="Events" columns={columns} rows={rows} rowKey={(e) => e.id} onOpen={(e) => void (e.session_id && navigate(sessionLink(e.session_id, { event_id: e.id })))}
              onEnd={() => void (events.hasNextPage && !events.isFetchingNextPage && events.fetchNextPage())} />
          )
        }}
      </Answered>
    </div>
  )
}

const columns: Column<EventRecord>[] = [
  { id: 'time', header: 'Time', width: '140px', cell: (e) => <Moment at={e.time} precision="milli" /> },
  { id: 'kind', header: 'Kind', width: '96px', cell: (e) => (e.kind ?? '').replace('_', ' ') },
  { id: 'name', header: 'Event', width: 'minmax(120px, 1fr)', cell: (e) => e.name === e.kind ? <span className="muted">–</span> : <bdi title={e.name}>{e.name}</bdi> },
  { id: 'target', header: 'Element', width: 'minmax(120px, 1fr)', cell: (e) => <bdi title={e.target?.name}>{e.target?.name}</bdi> },
  { id: 'page', header: 'Page', width: 'minmax(120px, 1fr)', cell: (e) => e.page?.path },
  { id: 'person', header: 'Person', width: 'minmax(140px, 1fr)', cell: (e) => (e.user_id || e.device_id ? <PersonLink id={e.user_id || e.device_id || ''} /> : <span className="muted">–</span>) },
  { id: 'session', header: 'Session', width: '76px', cell: (e) => (e.session_id ? <Link {...sessionLink(e.session_id, { event_id: e.id })}>watch</Link> : <span className="muted">–</span>) },
]
