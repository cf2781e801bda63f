import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useErrors } from '../../api/groups'
import { useBreakdown, useEndpoints, useSessions } from '../../api/queries'
import { DataTable, type Column } from '../../charts/DataTable'
import { Answered } from '../../components/Notice'
import { CallsLink, PersonLink, SessionsLink } from '../../components/values'
import { term } from '../../lib/filter'
import { formatCount, formatShare } from '../../lib/format'
import { useCurrent } from '../../lib/old'
import { formatSort, parseSort } from '../../lib/search'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { endpointFilter, type EndpointStats } from '../../api/endpoints'
import { endpointColumns } from '../endpoints/endpointColumns'
import { errorColumns } from '../errors/errorColumns'
import { RedCharts } from '../RedCharts'
import { sessionColumns } from '../sessions/sessionColumns'

const route = getRouteApi('/accounts/$id')

/** One account: how its calls fare, what fails for it, who its people are and what they did. */
export default function AccountPage() {
  const { id } = route.useParams()
  const range = useRange()
  const calls = term('call.account_id', '==', id)
  return (
    <div className="stack">
      <header><h1>Account <bdi>{id}</bdi></h1><Numbers id={id} /></header>
      <RedCharts range={range} filter={calls} of={id.length > 40 ? 'this account' : id} />
      <Failing filter={calls} />
      <Errors id={id} />
      <div className="columns"><People id={id} /><Visits id={id} /></div>
    </div>
  )
}

function Numbers({ id }: { id: string }) {
  const { query: range } = useRange()
  const sessions = useBreakdown({ ...range, measures: [{ of: 'sessions' }, { of: 'sessions', stat: 'people' }], filter: term('session.account_id', '==', id) })
  const calls = useBreakdown({ ...range, measures: [{ of: 'calls' }, { of: 'calls', stat: 'failed' }, { of: 'calls', stat: 'error_rate' }], filter: term('call.account_id', '==', id) })
  const [visits, people] = useCurrent(sessions)?.rows[0]?.values ?? []
  const [count, failed, rate] = useCurrent(calls)?.rows[0]?.values ?? []
  return (
    <p>
      <SessionsLink filter={term('session.account_id', '==', id)}>{people === 1 ? '1 person' : `${formatCount(people)} people`} in {visits === 1 ? '1 session' : `${formatCount(visits)} sessions`}</SessionsLink>,{' '}
      <CallsLink filter={term('call.account_id', '==', id)}>{formatCount(count)} calls</CallsLink>,{' '}
      <CallsLink filter={`${term('call.account_id', '==', id)} && call.failed == true`}>{formatCount(failed)} failed</CallsLink> ({formatShare(rate)}).
    </p>
  )
}

/** The endpoints that fail for the account; each number opens its own calls only. */
function Failing({ filter }: { filter: string }) {
  const range = useRange()
  const endpoints = useEndpoints(range.query, filter)
  const navigate = useNavigate()
  const { sort } = useViewSearch()
  const setSearch = useSetSearch()
  return (
    <section className="stack" aria-labelledby="failing">
      <h2 id="failing">Endpoints it called, those that fail first</h2>
      <Answered query={endpoints} what="endpoints">
        {({ rows, approx }) => rows.length === 0 ? <p className="muted">No call names this account in this time range.</p> : (
          <DataTable label="Endpoints of the account" columns={ownColumns(range, approx, filter)} rows={rows} rowKey={(e) => e.id} sort={parseSort(sort, '-failed')} onSort={(next) => setSearch({ sort: formatSort(next) })} maxHeight={240}
            onOpen={(e) => void navigate({ to: '/endpoints/$id', params: { id: e.id } })} />
        )}
      </Answered>
    </section>
  )
}

function ownColumns({ from, to }: { from: number; to: number }, approx: boolean, filter: string): Column<EndpointStats>[] {
  const of = (e: EndpointStats) => `${endpointFilter(e)} && ${filter}`
  return endpointColumns((to - from) / 1000, approx).filter(({ id }) => id !== 'rate').map((column) => {
    if (column.id === 'calls') return { ...column, cell: (e) => <CallsLink filter={of(e)}>{formatCount(e.calls)}</CallsLink> }
    if (column.id === 'failed') return { ...column, cell: (e) => e.failed === 0 ? <span className="muted">0</span> : <CallsLink filter={`${of(e)} && call.failed == true`}><span className="failed">{formatCount(e.failed)}</span></CallsLink>, value: (e) => e.failed }
    if (column.id === 'refused') return { ...column, cell: (e) => e.refused === 0 ? <span className="muted">0</span> : <CallsLink filter={`${of(e)} && call.refused == true`}><span className="refused">{formatCount(e.refused)}</span></CallsLink>, value: (e) => e.refused }
    return column
  })
}

function Errors({ id }: { id: string }) {
  const { query: range } = useRange()
  const errors = useErrors({ ...range, account: id })
  const navigate = useNavigate()
  return (
    <section className="stack" aria-labelledby="account-errors">
      <h2 id="account-errors">Errors it met</h2>
      <Answered query={errors} what="errors">
        {({ rows }) => rows.length === 0 ? <p className="muted">None in this time range.</p> : (
          <DataTable label="Errors of the account" columns={errorColumns} rows={rows} rowKey={(e) => e.id} maxHeight={220} onOpen={(e) => void navigate({ to: '/errors/$id', params: { id: e.id } })} />
        )}
      </Answered>
    </section>
  )
}

type Person = { id: string; sessions: number; failed: number }

const personColumns: Column<Person>[] = [
  { id: 'id', header: 'Person', width: 'minmax(160px, 1fr)', cell: (p) => (p.id ? <PersonLink id={p.id} /> : <span className="muted">not signed in</span>) },
  { id: 'sessions', header: 'Sessions', width: '80px', align: 'end', cell: (p) => (p.id ? <SessionsLink filter={term('session.user_id', '==', p.id)}>{formatCount(p.sessions)}</SessionsLink> : formatCount(p.sessions)) },
  { id: 'failed', header: 'Failed calls', width: '92px', align: 'end', cell: (p) => <span className={p.failed > 0 ? 'failed' : 'muted'}>{formatCount(p.failed)}</span> },
]

function People({ id }: { id: string }) {
  const { query: range } = useRange()
  const people = useBreakdown({ ...range, filter: term('session.account_id', '==', id), breakdown: ['user_id'], limit: 200, measures: [{ of: 'sessions' }, { of: 'sessions', stat: 'sum:failed' }] })
  return (
    <section className="stack" aria-labelledby="account-people">
      <h2 id="account-people">Its people</h2>
      <Answered query={people} what="people">
        {({ rows, other }) => rows.length === 0 ? <p className="muted">No visit names this account.</p> : (
          <>
            {other && <p className="muted">The 200 with most sessions.</p>}
            <DataTable label="People of the account" columns={personColumns} rows={rows.map((row) => ({ id: row.labels.user_id ?? '', sessions: row.values[0] ?? 0, failed: row.values[1] ?? 0 }))} rowKey={(p) => p.id} maxHeight={300} />
          </>
        )}
      </Answered>
    </section>
  )
}

function Visits({ id }: { id: string }) {
  const { query: range } = useRange()
  const sessions = useSessions({ ...range, filter: term('session.account_id', '==', id) })
  const navigate = useNavigate()
  return (
    <section className="stack" aria-labelledby="account-visits">
      <h2 id="account-visits">Its visits</h2>
      <Answered query={sessions} what="visits">
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.rows)
          if (rows.length === 0) return <p className="muted">None in this time range.</p>
          return <DataTable main label="Visits of the account" columns={sessionColumns} rows={rows} rowKey={(s) => s.id} maxHeight={300} onOpen={(s) => void navigate({ to: '/sessions/$id', params: { id: s.id } })}
            onEnd={() => void (sessions.hasNextPage && !sessions.isFetchingNextPage && sessions.fetchNextPage())} />
        }}
      </Answered>
    </section>
  )
}
