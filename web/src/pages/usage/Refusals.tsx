import { NativeSelect } from '@mantine/core'
import { useBreakdown } from '../../api/queries'
import type { Column } from '../../charts/DataTable'
import { Answered } from '../../components/Notice'
import { CallsLink } from '../../components/values'
import { term } from '../../lib/filter'
import { formatCount } from '../../lib/format'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { clients, refusals, refused, refusedQuestion, type Refused } from './questions'
import { UsageTable } from './UsageTable'

/** Whom the API says no to, and where. */
export function Refusals() {
  const range = useRange()
  const { by: asBy } = useViewSearch()
  const setSearch = useSetSearch()
  const by = clients.find(({ value }) => value === asBy)?.value ?? 'browser'
  const asked = useBreakdown(refusedQuestion(range, by))
  return (
    <Answered query={asked} what="refused calls">
      {(answer) => (
        <>
          <div className="row"><span className="muted">Client by</span><NativeSelect size="xs" aria-label="Client by" value={by} data={clients} onChange={(event) => setSearch({ by: event.currentTarget.value === 'browser' ? undefined : event.currentTarget.value })} /></div>
          <UsageTable label="Refused calls" rows={refused(answer, by)} columns={columnsBy(by)} rowKey={(r) => `${r.client}\n${r.endpoint}`} text={(r) => `${r.client} ${r.endpoint}`} sort="-count" cut={answer.other && 'most refusals'}
            empty={<p>Nobody was answered 401, 403, 404 or 429.</p>}>
            401 asks who it is, 403 says no, 404 finds nothing, 429 says too often. Addresses of clients are not kept, so they cannot be counted by.
          </UsageTable>
        </>
      )}
    </Answered>
  )
}

function columnsBy(by: string): Column<Refused>[] {
  const field = `call.${by}`
  const filter = (r: Refused, status: string) => `${r.client ? term(field, '==', r.client) : `!has(${field})`} && ${term('call.endpoint', '==', r.endpoint)} && ${status}`
  const any = `call.status in [${refusals.join(', ')}]`
  return [
    { id: 'client', header: clients.find(({ value }) => value === by)?.label ?? by, width: 'minmax(150px, 1fr)', value: (r) => r.client, cell: (r) => (r.client ? <bdi title={r.client}>{r.client}</bdi> : <span className="muted">unknown</span>) },
    { id: 'endpoint', header: 'Endpoint', width: 'minmax(220px, 2fr)', value: (r) => r.endpoint, cell: (r) => <bdi title={r.endpoint}>{r.endpoint}</bdi> },
    { id: 'count', header: 'Refused', width: '92px', align: 'end', value: (r) => r.count, cell: (r) => <CallsLink filter={filter(r, any)}>{formatCount(r.count)}</CallsLink> },
    ...refusals.map((status, i): Column<Refused> => ({
      id: String(status), header: String(status), width: '64px', align: 'end', value: (r) => r.byStatus[i] ?? 0,
      cell: (r) => (r.byStatus[i] ? <CallsLink filter={filter(r, `call.status == ${status}`)}><span className="refused">{formatCount(r.byStatus[i])}</span></CallsLink> : <span className="muted">0</span>),
    })),
    { id: 'people', header: 'People', width: '72px', align: 'end', title: 'Known through a link', value: (r) => r.people, cell: (r) => formatCount(r.people) },
  ]
}
