import { Link } from '@tanstack/react-router'
import type { GoalToday } from '../../api/types'
import { formatCount } from '../../lib/format'
import { comparison, targetWords } from './words'

/** Today's goals, against their targets and the same time of earlier days. */
export function GoalsToday({ goals, at }: { goals: GoalToday[]; at: string }) {
  return (
    <section className="card" aria-labelledby="goals-today">
      <h2 id="goals-today">Goals today</h2>
      {goals.length === 0
        ? <p className="muted">What counts as success is not set. <a href="/connect">Choose from what the data suggests</a>.</p>
        : <GoalTable goals={goals} at={at} />}
    </section>
  )
}

function GoalTable({ goals, at }: { goals: GoalToday[]; at: string }) {
  return (
    <div className="wide">
      <table className="mini-table numbers">
        <thead><tr><th scope="col">Goal</th><th scope="col">Today</th><th scope="col">Target</th><th scope="col">Yesterday by now</th><th scope="col">A week ago by now</th></tr></thead>
        <tbody>
          {goals.map((g) => (
            <tr key={g.goal.id}>
              <th scope="row"><Link to="/goals/$id" params={{ id: g.goal.id }}>{g.goal.name}</Link></th>
              <td className="strong"><Link to="/goals/$id" params={{ id: g.goal.id }} search={{ from: g.since, to: at }}>{formatCount(g.count)}</Link></td>
              <td>{targetWords(g)}</td>
              <Compared count={g.count} before={g.yesterday} direction={g.goal.direction} />
              <Compared count={g.count} before={g.last_week} direction={g.goal.direction} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Compared({ count, before, direction }: { count: number; before: number | null; direction: string | undefined }) {
  const { text, tone } = comparison(count, before, direction)
  return <td className={tone}>{text}</td>
}
