import { Link } from '@tanstack/react-router'
import { endpointFilter, endpointName } from '../../api/endpoints'
import { useBreakdown, useCalls } from '../../api/queries'
import { CallsLink } from '../../components/values'
import { formatCount, formatDuration, formatShare, plural } from '../../lib/format'
import { useRange } from '../../lib/view'
import type { Trouble } from './trouble'
import './overview.css'

/** What hurts people in this time range, in one sentence, with the ways to look closer. */
export function Headline({ trouble, calls }: { trouble: Trouble | null; calls: number }) {
  if (!trouble) {
    return (
      <header className="headline calm">
        <h1>Nothing hurts in this time range.</h1>
        <p className="muted">No endpoint fails more than now and then, and none is slower than a second, over {plural(calls, 'call')}.</p>
      </header>
    )
  }
  return <TroubleHeadline trouble={trouble} />
}

function TroubleHeadline({ trouble: { kind, endpoint: e } }: { trouble: Trouble }) {
  const condition = kind === 'failing' ? 'call.failed == true' : 'call.duration_ms > 1000.0'
  const filter = `${endpointFilter(e)} && ${condition}`
  return (
    <header className="headline">
      <h1>
        <Link to="/endpoints/$id" params={{ id: e.id }}>{endpointName(e)}</Link>
        {e.service && <span className="muted"> of {e.service}</span>}
        {kind === 'failing'
          ? <> fails most: {formatCount(e.failed)} of {formatCount(e.calls)} calls (<span className="failed">{formatShare(e.error_rate)}</span>)</>
          : <> is slow: one call in twenty takes longer than <span className="slow">{formatDuration(e.p95_us)}</span></>}
        <Touched filter={filter} />.
      </h1>
      <p className="row">
        <CallsLink filter={filter}>See the calls</CallsLink>
        <WatchOne filter={filter} />
      </p>
    </header>
  )
}

/** How many people those calls hit, as far as they are linked to somebody. */
function Touched({ filter }: { filter: string }) {
  const { query } = useRange()
  const answer = useBreakdown({ ...query, filter, measures: [{ of: 'calls', stat: 'people' }] })
  const people = answer.data?.rows[0]?.values[0]
  return people ? <>, hitting {plural(people, 'known person', 'known people')}</> : null
}

/** The timeline of the newest session that one of those calls hit. */
function WatchOne({ filter }: { filter: string }) {
  const { query } = useRange()
  const calls = useCalls({ ...query, filter: `call.linked == true && ${filter}` }, 1)
  const call = calls.data?.pages[0]?.rows[0]
  const session = call?.link?.session_id || call?.session_id
  return session ? <Link to="/sessions/$id" params={{ id: session }}>Watch one session</Link> : null
}
