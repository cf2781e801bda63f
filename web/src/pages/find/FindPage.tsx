import { useEffect, useEffectEvent } from 'react'
import { Link, useNavigate } from '@tanstack/react-router'
import { useFind } from '../../api/queries'
import type { FindAnswer, Hit } from '../../api/types'
import { Answered, EmptyNotice } from '../../components/Notice'
import { Moment } from '../../components/values'
import { formatMs } from '../../lib/format'
import { useViewSearch } from '../../lib/view'
import { canOpen, targetOf } from './target'

/** What has the id that was searched for, the newest of each kind. A single hit opens at once. */
export default function FindPage() {
  const { q = '' } = useViewSearch()
  const found = useFind(q)
  const navigate = useNavigate()
  const only = found.data?.hits.length === 1 && canOpen(found.data.hits[0]!) ? found.data.hits[0]! : null
  const open = useEffectEvent(() => {
    if (only) void navigate({ ...targetOf(only, q), replace: true })
  })
  useEffect(() => open(), [only])
  if (q === '') return <h1>Type an id into the field above; <kbd>/</kbd> goes there.</h1>
  return (
    <div className="stack">
      <h1 className="clamp">Found for <bdi className="mono">{q}</bdi></h1>
      <Answered query={found} what="what has this id">{(answer) => answer.hits.length === 0 ? <NothingFound answer={answer} q={q} /> : <Hits answer={answer} q={q} />}</Answered>
    </div>
  )
}

function Hits({ answer: { hits, visits }, q }: { answer: FindAnswer; q: string }) {
  return (
    <>
      {visits.length > 0 && (
        <ul className="found-visits">
          {visits.map((visit) => <Visit key={visit.id} visit={visit} hit={hits.find((hit) => hit.field && hit.session_id === visit.id)!} q={q} />)}
        </ul>
      )}
      <Records hits={hits} q={q} />
    </>
  )
}

/** The visit in which something was found, opened at its row. */
function Visit({ visit, hit, q }: { visit: FindAnswer['visits'][number]; hit: Hit; q: string }) {
  return (
    <li><Link {...targetOf(hit, q)}>Visit of <bdi>{visit.person || 'somebody unknown'}</bdi>, <Moment at={visit.start} precision="minute" />, {formatMs(visit.duration_ms)}</Link></li>
  )
}

function Records({ hits, q }: { hits: Hit[]; q: string }) {
  return (
    <table className="mini-table hits">
      <thead><tr><th scope="col">What</th><th scope="col">Last seen</th><th scope="col">Open</th></tr></thead>
      <tbody>
        {hits.map((hit) => (
          <tr key={`${hit.kind} ${hit.id} ${hit.field ?? ''}`}>
            <td>{hit.kind}{hit.field && <span className="muted"> with this {hit.field}</span>}</td>
            <td className="nowrap"><Moment at={hit.time} /></td>
            <td className="mono">{canOpen(hit) ? <Link {...targetOf(hit, q)}>{hit.id}</Link> : hit.id}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function NothingFound({ answer: { fields, from }, q }: { answer: FindAnswer; q: string }) {
  return (
    <EmptyNotice title="Nothing has exactly this id.">
      <p>
        Looked for it as a request, trace, call, event, session, device, user or account id (an e-mail address through its pseudonym)
        {fields.length > 0 && <>, and as the {fields.map((field, i) => <span key={field}>{i > 0 && (i === fields.length - 1 ? ' or ' : ', ')}<code>{field}</code></span>)} of events and calls</>}
        {from ? <>, in everything since <Moment at={from} precision="minute" />.</> : '. Nothing is stored yet.'}
      </p>
      <p>Ids are found in full and with their case. <Link to="/calls" search={{ filter: `call.path.contains(${JSON.stringify(q)})`, side: 'any' }}>Calls with it in their path</Link> are another question.</p>
      <p className="muted">Other properties become findable with <code>PUT /api/v1/settings/find</code>.</p>
    </EmptyNotice>
  )
}
