import { useNavigate } from '@tanstack/react-router'
import { useAccounts, type AccountRow } from '../../api/groups'
import { DataTable, type Column } from '../../charts/DataTable'
import { Answered, EmptyNotice } from '../../components/Notice'
import { NothingMatches } from '../../components/Onboarding'
import { SearchBox } from '../../components/SearchBox'
import { CallsLink, Moment, Opens, SessionsLink } from '../../components/values'
import { term } from '../../lib/filter'
import { formatDuration, formatShare, plural } from '../../lib/format'
import { formatSort, parseSort } from '../../lib/search'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'

/** Tenants and companies, the worst hit first. */
export default function AccountsPage() {
  const { q, sort } = useViewSearch()
  const setSearch = useSetSearch()
  const { query: range } = useRange()
  const accounts = useAccounts({ ...range, q })
  const navigate = useNavigate()
  return (
    <div className="fill">
      <div className="row"><h1>Accounts</h1><SearchBox label="Account" /></div>
      <Answered query={accounts} what="accounts">
        {({ rows, other }) => rows.length === 0
          ? q ? <NothingMatches what="accounts" onClear={() => setSearch({ q: undefined })} /> : <NoAccounts />
          : (
            <>
              <p className="muted">{plural(rows.length, 'account')}{other ? ' with most failed calls or visits; more exist, search finds them' : ''}. People and sessions are those of visits; calls are those that name the account.</p>
              <DataTable main label="Accounts" columns={accountColumns} rows={rows} rowKey={(a) => a.id} sort={parseSort(sort, '-failed')} onSort={(next) => setSearch({ sort: formatSort(next) })}
                onOpen={(a) => void navigate({ to: '/accounts/$id', params: { id: a.id } })} />
            </>
          )}
      </Answered>
    </div>
  )
}

const theirs = (a: AccountRow) => term('call.account_id', '==', a.id)
const visits = (a: AccountRow) => term('session.account_id', '==', a.id)

const accountColumns: Column<AccountRow>[] = [
  { id: 'id', header: 'Account', width: 'minmax(180px, 1fr)', value: (a) => a.id, cell: (a) => <bdi title={a.id}>{a.id}</bdi> },
  { id: 'failed', header: 'Failed calls', width: '92px', align: 'end', value: (a) => a.failed, cell: (a) => <Opens n={a.failed}>{(n) => <CallsLink filter={`${theirs(a)} && call.failed == true`}><span className="failed">{n}</span></CallsLink>}</Opens> },
  { id: 'share', header: 'Share', width: '72px', align: 'end', title: 'Failed of all calls', value: (a) => a.error_rate ?? -1, cell: (a) => formatShare(a.error_rate) },
  { id: 'friction', header: 'Friction', width: '76px', align: 'end', title: 'Signs of friction in its sessions', value: (a) => a.signals, cell: (a) => <Opens n={a.signals}>{(n) => <SessionsLink filter={`${visits(a)} && session.signals > 0`}>{n}</SessionsLink>}</Opens> },
  { id: 'p95', header: 'p95', width: '76px', align: 'end', value: (a) => a.p95_us ?? -1, cell: (a) => formatDuration(a.p95_us) },
  { id: 'calls', header: 'Calls', width: '76px', align: 'end', value: (a) => a.calls, cell: (a) => <Opens n={a.calls}>{(n) => <CallsLink filter={theirs(a)}>{n}</CallsLink>}</Opens> },
  { id: 'people', header: 'People', width: '72px', align: 'end', value: (a) => a.people, cell: (a) => <Opens n={a.people}>{(n) => <SessionsLink filter={visits(a)}>{n}</SessionsLink>}</Opens> },
  { id: 'sessions', header: 'Sessions', width: '80px', align: 'end', value: (a) => a.sessions, cell: (a) => <Opens n={a.sessions}>{(n) => <SessionsLink filter={visits(a)}>{n}</SessionsLink>}</Opens> },
  { id: 'seen', header: 'Last seen', width: '128px', align: 'end', value: (a) => (a.last_seen ? Date.parse(a.last_seen) : 0), cell: (a) => (a.last_seen ? <Moment at={a.last_seen} /> : '–') },
]

function NoAccounts() {
  return (
    <EmptyNotice title="No account in this time range.">
      <p>An account is the tenant or company behind people. Name it where people sign in: <code>account_id</code> on events and calls, or a <code>group</code> call of a Segment library.</p>
    </EmptyNotice>
  )
}
