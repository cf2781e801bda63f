import { useState } from 'react'
import { Link } from '@tanstack/react-router'
import { useJudge, useMerge, type Claim, type PersonAnswer } from '../../api/groups'
import { useMe } from '../../api/me'
import { ErrorNotice } from '../../components/Notice'
import { Scroll } from '../../components/Scroll'
import { Moment, PersonLink } from '../../components/values'
import { formatCount } from '../../lib/format'
import { sessionLink } from '../sessions/sessionLink'

/** Why the ids of a person count as one, with what was undone and what is not trusted. */
export function Claims({ person }: { person: PersonAnswer }) {
  const admin = useMe().data?.role === 'admin'
  const { claims, shared } = person
  const several = person.users.length === 0 && claims.some((claim) => claim.state === 'used')
  return (
    <section className="stack" aria-labelledby="claims">
      <h2 id="claims">{several ? 'Several people use this device' : 'Why these ids count as one person'}</h2>
      {several && <p className="muted">What names one of them counts as theirs, and so does what the first of them did here right before signing in. Only the rest is counted as this device.</p>}
      {claims.some((claim) => claim.state === 'quarantined') && <p className="refused">Not trusted and not used: an id that stands with more than 100 others is a test account, a shared screen or a defect, not one person.</p>}
      {claims.length === 0 ? <p className="muted">Nothing ties this id to another: no record carries it together with a second one.</p> : <ClaimTable person={person.id} claims={claims} admin={admin} />}
      {claims.length >= 1000 && <p className="muted">The first 1,000 are shown.</p>}
      {shared.length > 0 && <p className="muted">Used by others too, so only what names a user counts here: {shared.map((id, i) => <span key={id}>{i > 0 && ', '}<PersonLink id={id} /></span>)}</p>}
      {admin && person.users.includes(person.id) && <Merge key={person.id} id={person.id} />}
    </section>
  )
}

/** How many claims are shown before somebody asks for all. */
const few = 12

function ClaimTable({ person, claims, admin }: { person: string; claims: Claim[]; admin: boolean }) {
  const judge = useJudge(person)
  const [all, setAll] = useState(false)
  const shown = all || claims.length <= few + 2 ? claims : claims.slice(0, few)
  return (
    <Scroll label="What ties the ids together">
      {judge.error && <ErrorNotice error={judge.error} />}
      <table className="mini-table ruled">
        <thead><tr><th scope="col">Id</th><th scope="col">Is user</th><th scope="col">Because</th><th scope="col">Since</th>{admin && <th scope="col"><span className="hidden-text">Change</span></th>}</tr></thead>
        <tbody>
          {shown.map((claim) => {
            const withdrawn = claim.state === 'withdrawn'
            const id = claim.device_id ?? claim.merged_id ?? ''
            return (
              <tr key={`${claim.device_id ? 'device' : 'user'} ${id} ${claim.user_id}`} className={claim.state === 'used' ? undefined : 'muted'}>
                <td className="nowrap"><span className="muted">{claim.device_id ? 'device' : 'user'}</span> <PersonLink id={id} /></td>
                <td className="nowrap"><PersonLink id={claim.user_id} /></td>
                <td><Because claim={claim} />{claim.state !== 'used' && <>: <b>{stateWords[claim.state]}</b></>}</td>
                <td className="nowrap"><Moment at={claim.first_seen} precision="minute" /></td>
                {admin && (
                  <td className="act">
                    <button type="button" className="plain-button" disabled={judge.isPending} onClick={() => judge.mutate({ claim, what: withdrawn ? 'restore' : 'withdraw' })}>
                      {withdrawn ? 'Restore' : 'Undo'}<span className="hidden-text">: {id} is {claim.user_id}</span>
                    </button>
                  </td>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
      {shown.length < claims.length && <button type="button" className="plain-button" onClick={() => setAll(true)}>Show all {formatCount(claims.length)}</button>}
    </Scroll>
  )
}

const stateWords: Record<string, string> = {
  used: '',
  withdrawn: 'undone, not used',
  quarantined: 'not trusted, not used',
}

const methodWords: Record<string, string> = { login: 'a record carried both', identify: 'the app identified them', merge: 'somebody merged them' }

/** Why it was said, which opens the visit where it was seen. */
function Because({ claim }: { claim: Claim }) {
  const words = methodWords[claim.method] ?? claim.method
  if (!claim.session_id) return words
  return <Link {...sessionLink(claim.session_id, claim)} title="Open the visit where it was first seen">{words}</Link>
}

function Merge({ id }: { id: string }) {
  const [into, setInto] = useState('')
  const merge = useMerge(id)
  return (
    <form className="row" aria-label="Merge with another user" onSubmit={(event) => {
      event.preventDefault()
      merge.mutate(into.trim(), { onSuccess: () => setInto('') })
    }}>
      <label>The same person as user <input className="mono" value={into} onChange={(event) => setInto(event.target.value)} required maxLength={256} spellCheck={false} autoComplete="off" /></label>
      <button type="submit" className="plain-button" disabled={merge.isPending || into.trim() === ''}>Merge</button>
      <span className="muted">Numbers change at once, back in time too. It can be undone.</span>
      {merge.error && <ErrorNotice error={merge.error} />}
    </form>
  )
}
