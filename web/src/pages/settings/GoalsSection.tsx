import { useState } from 'react'
import { Link } from '@tanstack/react-router'
import { useDeleteGoal, useGoals } from '../../api/goals'
import type { Goal } from '../../api/types'
import { Answered } from '../../components/Notice'
import { Scroll } from '../../components/Scroll'
import { formatCount } from '../../lib/format'
import { stepWords } from '../../lib/stepWords'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { Proposals } from '../goals/Proposals'
import { Confirm } from './Confirm'
import { GoalForm } from './GoalForm'
import { emptyGoal, goalDraft } from './goalForm'

/** In the URL: the goal that is being changed, or this for one being made. */
const making = '+'

/** What counts as success. */
export function GoalsSection({ admin }: { admin: boolean }) {
  const goals = useGoals()
  return (
    <>
      <p className="muted">What counts as success. The Overview measures everything against these: slowness, errors, releases. The first matters most.</p>
      <Answered query={goals} what="goals">{({ goals: all }) => <Goals goals={all} admin={admin} />}</Answered>
    </>
  )
}

function Goals({ goals, admin }: { goals: Goal[]; admin: boolean }) {
  const { sel } = useViewSearch()
  const setSearch = useSetSearch()
  const open = goals.find((goal) => goal.id === sel)
  const close = () => setSearch({ sel: undefined })
  return (
    <>
      {goals.length === 0 ? <p>There is no goal yet.</p> : <GoalTable goals={goals} admin={admin} onEdit={(id) => setSearch({ sel: id })} />}
      {admin && open && <section className="card" aria-labelledby="goal-form"><h2 id="goal-form">Change {open.name}</h2><GoalForm key={open.id} id={open.id} initial={goalDraft(open)} onDone={close} /></section>}
      {admin && sel === making && <section className="card" aria-labelledby="goal-form"><h2 id="goal-form">New goal</h2><GoalForm initial={emptyGoal} onDone={close} /></section>}
      {admin && !open && sel !== making && <div><button type="button" className="plain-button" onClick={() => setSearch({ sel: making })}>New goal</button></div>}
      <section className="card" aria-labelledby="proposals">
        <h2 id="proposals">What the data suggests</h2>
        <Proposals goals={goals} admin={admin} />
      </section>
    </>
  )
}

function GoalTable({ goals, admin, onEdit }: { goals: Goal[]; admin: boolean; onEdit: (id: string) => void }) {
  const [leaving, setLeaving] = useState<Goal | null>(null)
  return (
    <Scroll label="Goals">
      <table className="mini-table ruled">
        <thead><tr><th scope="col">Goal</th><th scope="col">Reached by</th><th scope="col">Better</th><th scope="col" className="number">Target a day</th><th scope="col">Value</th><th scope="col">Owner</th>{admin && <th scope="col"><span className="hidden-text">Change</span></th>}</tr></thead>
        <tbody>
          {goals.map((goal) => (
            <tr key={goal.id}>
              <th scope="row"><Link to="/goals/$id" params={{ id: goal.id }}>{goal.name}</Link></th>
              <td className="mono">{stepWords(goal.step)}</td>
              <td>{goal.direction === 'down' ? 'fewer' : 'more'}</td>
              <td className="number">{goal.target ? formatCount(goal.target) : '–'}</td>
              <td>{goal.value ? <><span className="mono">{goal.value}</span> {goal.currency}</> : '–'}</td>
              <td><bdi>{goal.owner || '–'}</bdi></td>
              {admin && (
                <td className="act">
                  <button type="button" className="plain-button" aria-label={`Edit ${goal.name}`} onClick={() => onEdit(goal.id)}>Edit</button>{' '}
                  <button type="button" className="plain-button" aria-label={`Delete ${goal.name}`} onClick={() => setLeaving(goal)}>Delete …</button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {leaving && <DeleteGoal of={leaving} onClose={() => setLeaving(null)} />}
    </Scroll>
  )
}

function DeleteGoal({ of, onClose }: { of: Goal; onClose: () => void }) {
  const remove = useDeleteGoal()
  return (
    <Confirm title={`Delete ${of.name}?`} act="Delete it" pending={remove.isPending} error={remove.error} onClose={onClose} onAct={() => remove.mutate(of.id, { onSuccess: onClose })}>
      <p>It leaves the Overview, and nothing is measured against it any more. The data stays: the same goal, made again, counts the past too.</p>
    </Confirm>
  )
}
