import { useEffect, useRef } from 'react'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Problem } from '../../api/client'
import { useErase, useErrors, usePerson, type PersonAnswer, type Receipt } from '../../api/groups'
import { DataTable } from '../../charts/DataTable'
import { Answered, ErrorNotice } from '../../components/Notice'
import { CallsLink, Moment, PersonLink, SessionsLink } from '../../components/values'
import { formatCount, plural } from '../../lib/format'
import { useRange } from '../../lib/view'
import { errorColumns } from '../errors/errorColumns'
import { sessionColumns } from '../sessions/sessionColumns'
import { Claims } from './Claims'
import { whose } from './whose'

const route = getRouteApi('/people/$id')

/** One person: visits, the ids they are known by, what they allowed, what went wrong for them, and their rights. */
export default function PersonPage() {
  const { id } = route.useParams()
  const person = usePerson(id)
  if (person.error instanceof Problem && person.error.status === 404) return <NoVisits id={id} />
  return (
    <Answered query={person} what="the person">
      {(answer) => (
        <div className="stack">
          <Summary person={answer} />
          <Claims person={answer} />
          <div className="columns"><Identity person={answer} /><Consent person={answer} /></div>
          <Errors id={id} />
          <Visits person={answer} />
        </div>
      )}
    </Answered>
  )
}

/** Somebody whom only calls name: a key, a machine, or a visit that is not linked yet. */
function NoVisits({ id }: { id: string }) {
  return (
    <div className="stack">
      <header>
        <div className="row"><h1>Person <span className="mono"><bdi>{id}</bdi></span></h1><Rights id={id} /></div>
        <p>No visit of theirs is on record: visits exist only where events do. <CallsLink filter={whose('call', { id, users: [], devices: [], claims: [] })} side="any">Their calls</CallsLink> may be.</p>
      </header>
      <Errors id={id} />
    </div>
  )
}

function Summary({ person }: { person: PersonAnswer }) {
  const { sessions, next } = person
  const [newest, oldest] = [sessions[0], sessions.at(-1)]
  const failed = sessions.reduce((n, s) => n + s.failed, 0)
  const friction = sessions.reduce((n, s) => n + s.signals, 0)
  return (
    <header>
      <div className="row"><h1>Person <span className="mono"><bdi>{person.id}</bdi></span></h1><Rights id={person.id} /></div>
      <p>
        <SessionsLink filter={whose('session', person)}>{next ? 'More than ' : ''}{plural(sessions.length, 'visit')}</SessionsLink>
        {newest && oldest && <>, first at <Moment at={oldest.start} />, last at <Moment at={newest.start} /></>}:{' '}
        <span className={failed > 0 ? 'failed' : undefined}>{plural(failed, 'failed call')}</span>, {plural(friction, 'sign')} of friction.
        <span className="muted"> All visits on record are shown, whatever the time range.</span>
      </p>
      {person.id.startsWith('p_') && <p className="muted">The id is a pseudonym: the original lies sealed in the identity vault. Find takes the original and leads here.</p>}
    </header>
  )
}

function Identity({ person }: { person: PersonAnswer }) {
  if (person.identity.length === 0) return null
  return (
    <section className="stack" aria-labelledby="identity">
      <h2 id="identity">Ids seen together in visits</h2>
      {/* The region scrolls, so the keyboard must be able to reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="sideways" tabIndex={0} role="region" aria-label="Ids seen together"><table className="mini-table">
        <thead><tr><th scope="col">Device</th><th scope="col">User</th><th scope="col">Account</th><th scope="col">Visits</th><th scope="col">From</th><th scope="col">To</th></tr></thead>
        <tbody>
          {person.identity.map((i) => (
            <tr key={[i.device_id, i.user_id, i.account_id].join('\n')}>
              <td>{i.device_id ? <PersonLink id={i.device_id} /> : '–'}</td>
              <td>{i.user_id ? <PersonLink id={i.user_id} /> : <span className="muted">not signed in</span>}</td>
              <td>{i.account_id ? <Link to="/accounts/$id" params={{ id: i.account_id }}>{i.account_id}</Link> : '–'}</td>
              <td>{formatCount(i.sessions)}</td>
              <td className="nowrap"><Moment at={i.first_seen} precision="minute" /></td>
              <td className="nowrap"><Moment at={i.last_seen} precision="minute" /></td>
            </tr>
          ))}
        </tbody>
      </table></div>
    </section>
  )
}

const consentWords = {
  granted: 'allowed to be recorded',
  denied: 'refused: such records join no visit',
  unknown: 'nothing said',
}

function Consent({ person }: { person: PersonAnswer }) {
  return (
    <section className="stack" aria-labelledby="consent">
      <h2 id="consent">Consent, as the newest events carry it</h2>
      {person.consent.length === 0 ? <p className="muted">No event tells.</p> : (
        <ul className="counts">
          {person.consent.map((c) => <li key={c.state}><span><b>{c.state}</b> <span className="muted">{consentWords[c.state]}</span></span><span>{plural(c.events, 'event')}, last <Moment at={c.last_seen} precision="minute" /></span></li>)}
        </ul>
      )}
    </section>
  )
}

function Errors({ id }: { id: string }) {
  const { query: range } = useRange()
  const errors = useErrors({ ...range, person: id })
  const navigate = useNavigate()
  return (
    <section className="stack" aria-labelledby="person-errors">
      <h2 id="person-errors">Errors they met in the chosen time range</h2>
      <Answered query={errors} what="errors">
        {({ rows }) => rows.length === 0 ? <p className="muted">None.</p> : (
          <DataTable label="Errors they met" columns={errorColumns} rows={rows} rowKey={(e) => e.id} maxHeight={220} onOpen={(e) => void navigate({ to: '/errors/$id', params: { id: e.id } })} />
        )}
      </Answered>
    </section>
  )
}

function Visits({ person }: { person: PersonAnswer }) {
  const navigate = useNavigate()
  return (
    <section className="stack" aria-labelledby="visits">
      <h2 id="visits">Visits{person.next ? ' (the newest 1,000)' : ''}</h2>
      {person.sessions.length === 0 ? <p className="muted">None counts as theirs.</p> : <DataTable main label="Visits" columns={sessionColumns} rows={person.sessions} rowKey={(s) => s.id} maxHeight={420} onOpen={(s) => void navigate({ to: '/sessions/$id', params: { id: s.id } })} />}
    </section>
  )
}

function Rights({ id }: { id: string }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const erase = useErase()
  return (
    <>
      <a className="plain-button" href={`/api/v1/export?person=${encodeURIComponent(id)}`} download="person.ndjson">Export everything</a>
      <button type="button" className="plain-button" onClick={() => dialog.current?.showModal()}>Erase …</button>
      <dialog ref={dialog} className="help" aria-labelledby="erase-title">
        <h1 id="erase-title">Erase this person?</h1>
        {erase.data ? <Erased receipt={erase.data} /> : (
          <div className="stack">
            <p className="mono"><bdi>{id}</bdi></p>
            <p>This removes for good, and cannot be undone:</p>
            <ul>
              <li>every event, call and span of theirs, and of the other ids that count as them below</li>
              <li>their sessions, links, friction signals, and their share of all counts</li>
              <li>the originals of their pseudonyms, and the key that could read them in a backup</li>
            </ul>
            <p>Records of theirs that come later lose their identity. You get a receipt.</p>
            {erase.error && <ErrorNotice error={erase.error} />}
            <div className="row">
              <button type="button" className="plain-button" disabled={erase.isPending} onClick={() => erase.mutate(id)}><span className="failed">{erase.isPending ? 'Erasing …' : 'Erase for good'}</span></button>
              <form method="dialog"><button type="submit" className="plain-button">Keep</button></form>
            </div>
          </div>
        )}
      </dialog>
    </>
  )
}

function Erased({ receipt }: { receipt: Receipt }) {
  const done = useRef<HTMLAnchorElement>(null)
  useEffect(() => done.current?.focus(), [])
  return (
    <div className="stack">
      <p>Erased at <Moment at={receipt.at} />: {plural(receipt.events, 'event')}, {plural(receipt.calls, 'call')}, {plural(receipt.spans, 'span')}, {plural(receipt.links, 'link')}, {plural(receipt.claims, 'tie')} between ids, {plural(receipt.originals, 'original')}.</p>
      <p className="muted">Ids: <span className="mono">{receipt.ids.join(', ')}</span></p>
      {receipt.shared_devices && receipt.shared_devices.length > 0 && <p>Devices shared with others were left: <span className="mono">{receipt.shared_devices.join(', ')}</span></p>}
      <p><Link ref={done} to="/sessions">To the sessions</Link></p>
    </div>
  )
}
