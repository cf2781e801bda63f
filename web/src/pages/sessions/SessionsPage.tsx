import { useNavigate } from '@tanstack/react-router'
import { useBreakdown, useSessions } from '../../api/queries'
import { DataTable } from '../../charts/DataTable'
import { FilterBar } from '../../components/FilterBar'
import { Answered } from '../../components/Notice'
import { NoSessions, NothingMatches } from '../../components/Onboarding'
import { Views } from '../../components/Views'
import { addTerm, hasTerm, removeTerm } from '../../lib/filter'
import { filterError } from '../../lib/filterError'
import { plural } from '../../lib/format'
import { useCurrent } from '../../lib/old'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { sessionColumns } from './sessionColumns'

const shortcuts = [
  { label: 'with failed calls', condition: 'session.failed > 0' },
  { label: 'with friction', condition: 'session.signals > 0' },
  { label: 'signed in', condition: 'has(session.user_id)' },
]

const filterRecords = ['session', 'call', 'event', 'signal']

/** Every visit: who, how long, and what went wrong in it. Enter opens its timeline. */
export default function SessionsPage() {
  const { filter, sel } = useViewSearch()
  const setSearch = useSetSearch()
  const { query: range } = useRange()
  const sessions = useSessions({ ...range, filter })
  const bots = useBots(range, filter)
  const navigate = useNavigate()
  const setFilter = (next: string | undefined) => setSearch({ filter: next, sel: undefined })
  const toggle = (condition: string) => setFilter((hasTerm(filter, condition) ? removeTerm(filter, condition) : addTerm(filter, condition)) || undefined)
  const open = (id: string) => void navigate({ to: '/sessions/$id', params: { id } })
  return (
    <div className="fill">
      <div className="row top">
        <h1>Sessions</h1>
        {shortcuts.map(({ label, condition }) => (
          <button key={condition} type="button" className="plain-button" aria-pressed={hasTerm(filter, condition)} onClick={() => toggle(condition)}>{label}</button>
        ))}
        <Views />
        <div className="grow"><FilterBar error={sessions.error} filter={filter} onFilter={setFilter} records={filterRecords} example={'session.failed > 0 && session.browser == "Firefox"'} /></div>
      </div>
      {bots > 0 && <p className="muted small">Not listed: {plural(bots, 'visit')} by marked bots.</p>}
      {filterError(sessions.error, filter) === null && <Answered query={sessions} what="sessions">
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows)
          if (rows.length === 0) return filter ? <NothingMatches what="sessions" onClear={() => setFilter(undefined)} /> : <NoSessions />
          return (
            <DataTable main label="Sessions" columns={sessionColumns} rows={rows} rowKey={(s) => s.id} selected={sel} onOpen={(s) => open(s.id)}
              onEnd={() => void (sessions.hasNextPage && !sessions.isFetchingNextPage && sessions.fetchNextPage())} />
          )
        }}
      </Answered>}
    </div>
  )
}

/** How many visits match and are not listed, because a bot made them. */
function useBots(range: { from: string; to: string }, filter: string | undefined): number {
  const asked = useBreakdown({ ...range, ...(filter ? { filter } : {}), bots: true, limit: 1, measures: [{ of: 'sessions', stat: 'count', where: 'bot != ""' }] })
  return useCurrent(asked)?.rows[0]?.values[0] ?? 0
}
