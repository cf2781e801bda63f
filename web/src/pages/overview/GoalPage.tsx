import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useReached } from '../../api/overview'
import type { Reached } from '../../api/types'
import { DataTable, type Column } from '../../charts/DataTable'
import { Answered } from '../../components/Notice'
import { Moment, PersonLink } from '../../components/values'
import { plural } from '../../lib/format'
import { stepWords } from '../../lib/stepWords'
import { useRange } from '../../lib/view'
import { goalFacts } from '../goals/goalFacts'
import { sessionLink } from '../sessions/sessionLink'

const columns: Column<Reached>[] = [
  { id: 'time', header: 'Time', width: '120px', cell: (row) => <Moment at={row.time} /> },
  { id: 'person', header: 'Person', width: 'minmax(120px, 1fr)', cell: (row) => row.person ? <PersonLink id={row.person} /> : <span className="muted">not known</span> },
  { id: 'page', header: 'Page', width: 'minmax(120px, 1fr)', cell: (row) => row.page },
  { id: 'visit', header: 'Visit', width: 'minmax(120px, 1fr)', cell: (row) => (row.session_id ? <Link {...sessionLink(row.session_id, row)}>watch</Link> : <span className="muted">not known</span>) },
]

/** Who reached a goal in the time range: what its number on the Overview counts. */
export default function GoalPage() {
  const { id } = useParams({ strict: false })
  const { query } = useRange()
  const reached = useReached(id ?? '', query)
  const navigate = useNavigate()
  return (
    <Answered query={reached} what="the goal">
      {({ goal, rows }) => (
        <div className="fill">
          <header>
            <h1>{goal.name} <span className="muted">reached {rows.length === 200 ? 'more than ' : ''}{plural(rows.length, 'time')} in this time range</span></h1>
            <p className="muted"><bdi>{stepWords(goal.step)} · {goalFacts(goal)}</bdi> · <Link to="/settings" search={{ view: 'goals', sel: goal.id }}>edit</Link></p>
          </header>
          {rows.length > 0 && <DataTable main label={`Times ${goal.name} was reached`} columns={columns} rows={rows} rowKey={(row) => `${row.event_id}${row.call_id}${row.time}`}
            onOpen={(row) => row.session_id && void navigate(sessionLink(row.session_id, row))} />}
        </div>
      )}
    </Answered>
  )
}
