import { useState } from 'react'
import { Link } from '@tanstack/react-router'
import { downloadAddress } from '../../api/download'
import { useMe } from '../../api/me'
import { useDeleteSegment, useSegments, type Segment } from '../../api/segments'
import { Answered } from '../../components/Notice'
import { Scroll } from '../../components/Scroll'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { Confirm } from '../settings/Confirm'
import { FoundWords, Size } from './Matching'
import { SegmentForm } from './SegmentForm'
import { draftOf, making, proposals, type Draft, type Proposal } from './segments'
import { conditionWords } from './words'
import '../overview/overview.css'
import '../settings/settings.css'
import './segments.css'

/** The groups of people and visits that a project looks at, by name. */
export default function SegmentsPage() {
  const segments = useSegments()
  const admin = useMe().data?.role === 'admin'
  return (
    <div className="stack segments">
      <div className="row"><h1>Segments</h1><span className="muted">A condition under a name. Choose one at the top of any page, and the page is about them only.</span></div>
      <Answered query={segments} what="segments">{({ segments: all }) => <Segments segments={all} admin={admin} />}</Answered>
    </div>
  )
}

function Segments({ segments, admin }: { segments: Segment[]; admin: boolean }) {
  const { sel, filter } = useViewSearch()
  const setSearch = useSetSearch()
  const [proposed, setProposed] = useState<Proposal>()
  const open = segments.find(({ id }) => id === sel)
  const make = (proposal?: Proposal) => {
    setProposed(proposal)
    setSearch({ sel: making, filter: proposal?.filter })
  }
  const close = () => setSearch({ sel: undefined, filter: undefined })
  return (
    <>
      {admin && open && <FormCard key={open.id} title={`Change ${open.name}`} id={open.id} initial={draftOf(open)} onDone={close} />}
      {admin && !open && sel === making && <FormCard key={proposed?.name} title="New segment" initial={draftOf(proposed && proposed.filter === filter ? proposed : filter ? { filter } : {})} onDone={close} />}
      {admin && !open && sel !== making && segments.length > 0 && <div><button type="button" className="plain-button" onClick={() => make()}>New segment</button></div>}
      {!admin && <p className="viewer">You can use segments and not change them, because you are here as a viewer. An admin makes and deletes them.</p>}
      {segments.length > 0 ? <SegmentTable segments={segments} admin={admin} onEdit={(id) => setSearch({ sel: id, filter: undefined })} /> : sel !== making && <NoSegment admin={admin} onMake={make} />}
    </>
  )
}

function FormCard({ title, ...form }: { title: string; id?: string; initial: Draft; onDone: () => void }) {
  return <section className="card" aria-labelledby="segment-form"><h2 id="segment-form">{title}</h2><SegmentForm {...form} /></section>
}

function SegmentTable({ segments, admin, onEdit }: { segments: Segment[]; admin: boolean; onEdit: (id: string) => void }) {
  const { query } = useRange()
  const [leaving, setLeaving] = useState<Segment | null>(null)
  return (
    <Scroll label="Segments">
      <table className="mini-table ruled segment-table">
        <thead><tr><th scope="col">Segment</th><th scope="col">Who</th><th scope="col" className="number">People now</th><th scope="col">Use</th>{admin && <th scope="col"><span className="hidden-text">Change</span></th>}</tr></thead>
        <tbody>
          {segments.map((segment) => {
            const { id, name, note, of, filter } = segment
            return (
              <tr key={id}>
                <th scope="row"><bdi>{name}</bdi>{note && <div className="muted small note"><bdi>{note}</bdi></div>}</th>
                <td className="condition">{of === 'sessions' ? 'Only ' : 'People who made '}{conditionWords(filter)}<div className="mono muted small">{filter}</div></td>
                <td className="number"><Size segment={segment} /></td>
                <td className="nowrap uses" aria-label={`Open what is of ${name}`}>
                  <Link to="/people" search={{ segment: id }}>People</Link> <Link to="/sessions" search={{ segment: id }}>Sessions</Link> <Link to="/calls" search={{ segment: id }}>Calls</Link>{' '}
                  <a href={downloadAddress('people', 'csv', query, id)} download aria-label={`People of ${name} as CSV`}>CSV</a>
                </td>
                {admin && (
                  <td className="act">
                    <button type="button" className="plain-button" aria-label={`Edit ${name}`} onClick={() => onEdit(id)}>Edit</button>{' '}
                    <button type="button" className="plain-button" aria-label={`Delete ${name}`} onClick={() => setLeaving(segment)}>Delete …</button>
                  </td>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
      {leaving && <DeleteSegment of={leaving} onClose={() => setLeaving(null)} />}
    </Scroll>
  )
}

function DeleteSegment({ of, onClose }: { of: Segment; onClose: () => void }) {
  const remove = useDeleteSegment()
  return (
    <Confirm title={`Delete ${of.name}?`} act="Delete it" pending={remove.isPending} error={remove.error} onClose={onClose} onAct={() => remove.mutate(of.id, { onSuccess: onClose })}>
      <p>It goes for everybody in the project, and saved views and shared addresses that use it say that it is gone. The visits themselves stay.</p>
    </Confirm>
  )
}

/** Nothing is named yet: three groups that most products want to know about, with how many there are. */
function NoSegment({ admin, onMake }: { admin: boolean; onMake: (proposal?: Proposal) => void }) {
  return (
    <section className="notice" aria-labelledby="no-segment">
      <h2 id="no-segment">No segment yet</h2>
      <p>Name a group of people once, then see any page as it is for them: their calls, their funnels, whether they come back. These are ready to be taken:</p>
      <ul className="segment-proposals">
        {proposals.map((proposal) => (
          <li key={proposal.name}>
            <div><b>{proposal.name}</b><div className="muted">{proposal.note}</div></div>
            <span className="nowrap"><FoundWords filter={proposal.filter} /></span>
            {admin && <button type="button" className="plain-button" onClick={() => onMake(proposal)}>Take it<span className="hidden-text">: {proposal.name}</span></button>}
          </li>
        ))}
      </ul>
      {admin && <p><button type="button" className="plain-button" onClick={() => onMake()}>Or write your own</button></p>}
    </section>
  )
}
