import type { ReactNode } from 'react'
import { Link } from '@tanstack/react-router'
import { useFind } from '../../api/queries'
import type { Hit } from '../../api/types'
import { Answered, EmptyNotice } from '../../components/Notice'
import { CallsLink, Moment, PersonLink } from '../../components/values'
import { term } from '../../lib/filter'
import { useViewSearch } from '../../lib/view'

/** What has the id that was searched for, the newest of each kind. */
export default function FindPage() {
  const { q = '' } = useViewSearch()
  const found = useFind(q)
  return (
    <div className="stack">
      <h1>Found for <span className="mono">{q}</span></h1>
      <Answered query={found} what="what has this id">
        {({ hits }) => hits.length === 0 ? <NothingFound /> : (
          <table className="mini-table">
            <thead><tr><th scope="col">Kind</th><th scope="col">Last seen</th><th scope="col">Open</th></tr></thead>
            <tbody>{hits.map((hit) => <tr key={`${hit.kind} ${hit.id}`}><td>{hit.kind}</td><td><Moment at={hit.time} /></td><td><HitLink hit={hit} q={q} /></td></tr>)}</tbody>
          </table>
        )}
      </Answered>
    </div>
  )
}

function NothingFound() {
  return (
    <EmptyNotice title="Nothing has exactly this id.">
      <p>Find knows request, trace, call, event, session, device, user and account ids, in full. To search inside values, filter the calls: <code>call.path.contains("…")</code>.</p>
    </EmptyNotice>
  )
}

function HitLink({ hit, q }: { hit: Hit; q: string }): ReactNode {
  const text = <span className="mono">{hit.id}</span>
  switch (hit.kind) {
    case 'session': return <Link to="/sessions/$id" params={{ id: hit.id }}>{text}</Link>
    case 'trace': return <CallsLink filter={term('call.trace_id', '==', q)} side="any">{text}</CallsLink>
    case 'request': return <CallsLink filter={term('call.request_id', '==', q)} side="any">{text}</CallsLink>
    case 'call': return <Link to="/calls" search={{ side: 'any', sel: hit.id }}>{text}</Link>
    case 'device':
    case 'user': return <PersonLink id={hit.id} />
    case 'account': return <Link to="/accounts/$id" params={{ id: hit.id }}>{text}</Link>
    default: return text
  }
}
