import { Link } from '@tanstack/react-router'
import { useProposals, useSaveGoal, type Proposal } from '../../api/goals'
import type { Goal } from '../../api/types'
import { Answered, ErrorNotice } from '../../components/Notice'
import { Scroll } from '../../components/Scroll'
import { formatCount } from '../../lib/format'
import { stepWords } from '../../lib/stepWords'
import { sessionLink } from '../sessions/sessionLink'

/** What else the data suggests as goals; one click makes it one. */
export function Proposals({ goals, admin }: { goals: Goal[]; admin: boolean }) {
  const proposals = useProposals()
  const isGoal = ({ goal }: Proposal) => goals.some((one) => stepWords(one.step) === stepWords(goal.step))
  return (
    <Answered query={proposals} what="proposals">
      {({ proposals: all }) => {
        const left = all.filter((proposal) => !isGoal(proposal))
        if (left.length > 0) return <ProposalTable proposals={left} admin={admin} />
        return <p className="muted">{goals.length > 0 ? 'Nothing else stands out.' : 'Nothing stands out yet. Do what a customer would do, from the beginning to the end, and it appears here.'}</p>
      }}
    </Answered>
  )
}

function ProposalTable({ proposals, admin }: { proposals: Proposal[]; admin: boolean }) {
  const accept = useSaveGoal()
  return (
    <Scroll label="Proposed goals">
      {accept.error && <ErrorNotice error={accept.error} />}
      <table className="mini-table ruled">
        <thead><tr><th scope="col">It happened</th><th scope="col">Reached by</th><th scope="col" className="number">In 7 days</th><th scope="col" className="number">Visits</th>{admin && <th scope="col"><span className="hidden-text">Choose</span></th>}</tr></thead>
        <tbody>
          {proposals.map(({ goal: { id, ...goal }, count, visits, of, example }) => (
            <tr key={id}>
              <th scope="row"><Happened name={goal.name} example={example} /></th>
              <td className="mono">{stepWords(goal.step)}</td>
              <td className="number">{formatCount(count)}</td>
              <td className="number nowrap">{formatCount(visits)} of {formatCount(of)}</td>
              {admin && <td className="act"><button type="button" className="plain-button" disabled={accept.isPending} onClick={() => accept.mutate({ body: goal })}>This counts<span className="hidden-text">: {goal.name}</span></button></td>}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** The name of what happened, which opens the newest time that it did. */
function Happened({ name, example }: { name: string; example: Proposal['example'] }) {
  if (!example.session_id) return name
  return <Link {...sessionLink(example.session_id, example)} title="Open the newest visit with it">{name}</Link>
}
