import { Link } from '@tanstack/react-router'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '../../api/client'
import type { components } from '../../api/schema'
import { Answered, ErrorNotice } from '../../components/Notice'
import { formatCount } from '../../lib/format'

type Proposal = components['schemas']['Proposal']
type Goal = components['schemas']['Goal']

/** The outcome that matters, proposed from what people did. One click makes it a goal. */
export function GoalChoice() {
  const goals = useQuery({ queryKey: ['goals'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/goals', { signal })) })
  const proposals = useQuery({ queryKey: ['goal-proposals'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/goals/proposals', { signal })) })
  return (
    <section className="stack" aria-labelledby="goals">
      <h2 id="goals">What counts as success?</h2>
      <p className="muted">Everything that costs you something is measured against it: what slowness and errors do to it, and whether a release helped.</p>
      <Answered query={goals} what="goals">{({ goals: have }) => <Chosen goals={have} />}</Answered>
      <Answered query={proposals} what="proposals">{({ proposals: all }) => <Proposals proposals={all} chosen={goals.data?.goals ?? []} />}</Answered>
    </section>
  )
}

function Chosen({ goals }: { goals: Goal[] }) {
  if (goals.length === 0) return null
  return <p>Counted: {goals.map((goal) => goal.name).join(', ')}. <Link to="/">See them on the overview</Link></p>
}

function Proposals({ proposals, chosen }: { proposals: Proposal[]; chosen: Goal[] }) {
  const queryClient = useQueryClient()
  const accept = useMutation({
    mutationFn: ({ name, step, direction }: Goal) => unwrap(api.POST('/api/v1/goals', { body: { name, step, ...(direction ? { direction } : {}) } })),
    onSuccess: () => Promise.all(['goals', 'goal-proposals', 'overview'].map((key) => queryClient.invalidateQueries({ queryKey: [key] }))),
  })
  const left = proposals.filter(({ goal }) => !chosen.some((one) => one.name === goal.name))
  if (left.length === 0) return <p className="muted">{chosen.length > 0 ? 'Nothing else stands out.' : 'Nothing stands out yet. Do what a customer would do, from the beginning to the end, and it appears here.'}</p>
  return (
    <>
      {accept.error && <ErrorNotice error={accept.error} />}
      <table className="mini-table proposals">
        <thead><tr><th scope="col">It happened</th><th scope="col" className="number">In 7 days</th><th scope="col" className="number">Visits</th><th scope="col"><span className="hidden-text">Choose</span></th></tr></thead>
        <tbody>
          {left.map((proposal) => (
            <tr key={proposal.goal.id}>
              <td><Happened proposal={proposal} /></td>
              <td className="number">{formatCount(proposal.count)}</td>
              <td className="number">{formatCount(proposal.visits)} of {formatCount(proposal.of)}</td>
              <td><button type="button" className="plain-button" disabled={accept.isPending} onClick={() => accept.mutate(proposal.goal)}>This counts<span className="hidden-text">: {proposal.goal.name}</span></button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

/** The name of what happened, which opens the newest time that it did. */
function Happened({ proposal: { goal, example } }: { proposal: Proposal }) {
  if (!example.session_id) return <b>{goal.name}</b>
  return <Link to="/sessions/$id" params={{ id: example.session_id }} search={example.call_id ? { sel: example.call_id } : {}} title="Open the newest visit with it">{goal.name}</Link>
}
