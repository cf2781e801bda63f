import { Link } from '@tanstack/react-router'
import { useGoals } from '../../api/goals'
import { useMe } from '../../api/me'
import type { Goal } from '../../api/types'
import { Answered } from '../../components/Notice'
import { Proposals } from '../goals/Proposals'

/** The outcome that matters, proposed from what people did. One click makes it a goal. */
export function GoalChoice() {
  const goals = useGoals()
  const me = useMe()
  return (
    <section className="stack" aria-labelledby="goals">
      <h2 id="goals">What counts as success?</h2>
      <p className="muted">Everything that costs you something is measured against it: what slowness and errors do to it, and whether a release helped.</p>
      <Answered query={goals} what="goals">{({ goals: have }) => <><Chosen goals={have} /><Proposals goals={have} admin={me.data?.role === 'admin'} /></>}</Answered>
    </section>
  )
}

function Chosen({ goals }: { goals: Goal[] }) {
  if (goals.length === 0) return null
  return <p>Counted: {goals.map((goal) => goal.name).join(', ')}. <Link to="/">See them on the overview</Link>, or <Link to="/settings" search={{ view: 'goals' }}>change them</Link></p>
}
