import { Link, useNavigate } from '@tanstack/react-router'
import { useSignals } from '../../api/friction'
import type { SignalRecord } from '../../api/types'
import { DataTable, type Column } from '../../charts/DataTable'
import { FilterBar } from '../../components/FilterBar'
import { Answered, EmptyNotice } from '../../components/Notice'
import { NothingMatches } from '../../components/Onboarding'
import { Moment } from '../../components/values'
import { filterError } from '../../lib/filterError'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { sessionLink } from '../sessions/sessionLink'
import { kindWords } from './friction'

const filterRecords = ['signal', 'session', 'call', 'event']

/** The signals behind a number, newest first; each opens its moment in the visit. */
export default function SignalsPage() {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  const { query: range } = useRange()
  const signals = useSignals({ ...range, filter })
  const navigate = useNavigate()
  const setFilter = (next: string | undefined) => setSearch({ filter: next })
  return (
    <div className="fill">
      <div className="row top"><h1>Signals</h1><div className="grow"><FilterBar error={signals.error} filter={filter} onFilter={setFilter} records={filterRecords} example={'signal.kind == "rage_click" && signal.page == "/checkout"'} /></div></div>
      {filterError(signals.error, filter) === null && <Answered query={signals} what="signals">
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows)
          if (rows.length === 0) return filter ? <NothingMatches what="signals" onClear={() => setFilter(undefined)} /> : <EmptyNotice title="No signs of friction in this time range."><p>Friction says what counts as one.</p></EmptyNotice>
          return (
            <DataTable main label="Signals" columns={columns} rows={rows} rowKey={(s) => [s.event_id, s.kind, s.call_id].join(' ')} onOpen={(s) => void navigate(sessionLink(s.session_id, s))}
              onEnd={() => void (signals.hasNextPage && !signals.isFetchingNextPage && signals.fetchNextPage())} />
          )
        }}
      </Answered>}
    </div>
  )
}

const columns: Column<SignalRecord>[] = [
  { id: 'time', header: 'Time', width: '140px', cell: (s) => <Moment at={s.time} precision="milli" /> },
  { id: 'kind', header: 'Signal', width: '116px', cell: (s) => kindWords(s.kind) },
  { id: 'target', header: 'Element', width: 'minmax(120px, 1fr)', cell: (s) => s.target ? <bdi title={s.target}>{s.target}</bdi> : <span className="muted">the page itself</span> },
  { id: 'page', header: 'Page', width: 'minmax(120px, 1fr)', cell: (s) => <bdi title={s.page}>{s.page}</bdi> },
  { id: 'detail', header: 'What happened', width: 'minmax(220px, 2fr)', cell: (s) => <span title={s.detail}>{s.detail}</span> },
  { id: 'call', header: 'Call', width: '64px', cell: (s) => s.call_id ? <Link to="/calls" search={{ sel: s.call_id, side: 'any' }}>request</Link> : <span className="muted">–</span> },
  { id: 'session', header: 'Visit', width: '64px', cell: (s) => <Link {...sessionLink(s.session_id, s)}>watch</Link> },
]
