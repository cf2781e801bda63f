import { Link } from '@tanstack/react-router'
import { endpointFilter, endpointName } from '../../api/endpoints'
import type { Cost, Overview } from '../../api/types'
import { formatCount, formatMs, formatShare, plural } from '../../lib/format'
import { Association } from '../../components/Association'
import { Covered } from './Covered'
import { costWords, strengths } from './words'

/** What failed and slow calls cost the first goal, by endpoint. */
export function CostsSection({ overview: { costs, pending } }: { overview: Overview }) {
  const { goal, rows, visits, from, to } = costs
  return (
    <section className="card" aria-labelledby="costs">
      <h2 id="costs">{goal ? `What costs ${goal.name}` : 'What costs goals'}</h2>
      {rows.length > 0 ? (
        <>
          <div className="wide">
            <table className="mini-table numbers">
              <thead><tr><th scope="col">Endpoint</th><th scope="col">Lost a day</th><th scope="col">How sure</th><th scope="col">Reached by those hit</th><th scope="col">By the others</th></tr></thead>
              <tbody>{rows.map((c) => <CostRow key={c.endpoint.id} cost={c} from={from} to={to} />)}</tbody>
            </table>
          </div>
          <Covered visits={visits} from={from} to={to} />
          <div className="muted small"><Association what="the others" /> · <Link to="/impact">Ranked over the time range, with everything that speaks for and against it</Link></div>
        </>
      ) : <p className="muted">{pending ? 'Being worked out …' : !goal ? 'Once a goal is set, this ranks endpoints by what their failures and waits cost it.' : visits === 0 ? 'Not enough data: no visit has ended yet.' : `None of the newest ${plural(visits, 'visit')} met a failed or slow call.`}</p>}
    </section>
  )
}

function CostRow({ cost: c, from, to }: { cost: Cost; from: string | undefined; to: string | undefined }) {
  const hit = `${endpointFilter(c.endpoint)} && (call.failed == true || call.duration_ms > ${c.slow_over_ms}.0) && has(call.session_id)`
  return (
    <tr>
      <th scope="row"><Link to="/endpoints/$id" params={{ id: c.endpoint.id }} title={`failed, or slower than ${formatMs(c.slow_over_ms)}`}>{endpointName(c.endpoint)}</Link></th>
      <td className={c.lost_per_day !== null && (c.ci95[0] ?? 0) > 0 ? 'failed' : 'muted'}>{costWords(c)}</td>
      <td>{strengths[c.strength]}</td>
      <td><Link to="/calls" search={{ filter: hit, side: 'server', from, to }}>{reached(c.exposed)}</Link></td>
      <td>{reached(c.unexposed)}</td>
    </tr>
  )
}

function reached({ count, of, share }: Cost['exposed']): string {
  return of === 0 ? 'nobody' : `${formatShare(share)} (${formatCount(count)} of ${formatCount(of)})`
}
