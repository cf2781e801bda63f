import { useNavigate } from '@tanstack/react-router'
import { useBreakdown } from '../../api/queries'
import type { Column } from '../../charts/DataTable'
import { Answered } from '../../components/Notice'
import { CallsLink } from '../../components/values'
import { term } from '../../lib/filter'
import { formatCount, formatMs, formatShare, plural } from '../../lib/format'
import { useRange } from '../../lib/view'
import { costQuestion, costs, type Cost } from './questions'
import { UsageTable } from './UsageTable'

/** Which endpoints take the server's time, and for how few people. */
export function Costly() {
  const range = useRange()
  const asked = useBreakdown(costQuestion(range))
  return (
    <Answered query={asked} what="endpoints">
      {(answer) => {
        const rows = costs(answer)
        const named = rows.filter((row) => row.verdict)
        return (
          <UsageTable label="Endpoints" rows={rows} columns={columns} rowKey={(c) => c.endpoint} text={(c) => c.endpoint} sort="-time" cut={answer.other && 'most server time'} empty={<p>Calls come from a server's log or from OpenTelemetry.</p>}>
            {named.length === 0 ? 'No endpoint is both little used and costly.' : <><b>{plural(named.length, 'endpoint is', 'endpoints are')} little used and costly:</b> at least 5 % of the server's time, for fewer than a quarter of the people that the most used endpoint has.</>}
            {' '}Only people who are known through a link count; machines with a key may be nobody.
          </UsageTable>
        )
      }}
    </Answered>
  )
}

const calls = (c: Cost) => term('call.endpoint', '==', c.endpoint)

function EndpointName({ endpoint }: { endpoint: string }) {
  const navigate = useNavigate()
  // The API takes an endpoint's name as its id too.
  return <button type="button" className="link-button" title={endpoint} onClick={() => void navigate({ to: '/endpoints/$id', params: { id: endpoint } })}><bdi>{endpoint}</bdi></button>
}

const columns: Column<Cost>[] = [
  { id: 'endpoint', header: 'Endpoint', width: 'minmax(240px, 2fr)', value: (c) => c.endpoint, cell: (c) => <EndpointName endpoint={c.endpoint} /> },
  { id: 'verdict', header: 'Finding', width: '130px', value: (c) => c.verdict, cell: (c) => <span className="slow">{c.verdict}</span> },
  { id: 'time', header: 'Server time', width: '112px', align: 'end', title: 'Durations of its calls added up', value: (c) => c.time, cell: (c) => <CallsLink filter={calls(c)}>{formatMs(c.time)}</CallsLink> },
  { id: 'share', header: 'Share', width: '80px', align: 'end', title: 'Of the time of the endpoints shown', value: (c) => c.share, cell: (c) => formatShare(c.share) },
  { id: 'people', header: 'People', width: '68px', align: 'end', value: (c) => c.people, cell: (c) => formatCount(c.people) },
  { id: 'person', header: 'Time a person', width: '120px', align: 'end', value: (c) => c.perPerson ?? -1, cell: (c) => formatMs(c.perPerson) },
  { id: 'calls', header: 'Calls', width: '76px', align: 'end', value: (c) => c.calls, cell: (c) => <CallsLink filter={calls(c)}>{formatCount(c.calls)}</CallsLink> },
  { id: 'p95', header: 'p95', width: '72px', align: 'end', value: (c) => c.p95 ?? -1, cell: (c) => formatMs(c.p95) },
  { id: 'failed', header: 'Failed', width: '68px', align: 'end', value: (c) => c.failed, cell: (c) => (c.failed ? <CallsLink filter={`${calls(c)} && call.failed == true`}><span className="failed">{formatCount(c.failed)}</span></CallsLink> : <span className="muted">0</span>) },
]
