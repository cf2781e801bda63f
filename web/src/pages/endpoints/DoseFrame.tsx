import { useGoals } from '../../api/goals'
import { useDose, type DoseAnswer } from '../../api/impact'
import type { Goal } from '../../api/types'
import { ChartFrame } from '../../charts/ChartFrame'
import { DoseResponse } from '../../charts/DoseResponse'
import { Choice, NumberField } from '../../components/AskFields'
import { CsvButton } from '../../components/CsvButton'
import { LongAnswer } from '../../components/LongAnswer'
import { Term } from '../../components/Term'
import { formatCount, formatMs, formatShare } from '../../lib/format'
import { useAsk } from '../../lib/useAsk'
import { useCommon } from '../../lib/useCommon'
import { doseFinding, doseShape, kneeWords, targetWords, usualTarget, type DoseAsked } from './dose'

/** How a goal goes with how long the endpoint takes: the curve, its bend, and what meeting a target would win. */
export function DoseFrame({ endpoint, of }: { endpoint: string; of: string }) {
  const { data } = useGoals()
  const common = useCommon()
  const [asked, change] = useAsk(doseShape)
  const goal = data?.goals.find(({ id }) => id === asked.goal) ?? data?.goals[0]
  const target = asked.target ?? usualTarget
  const dose = useDose(goal ? { ...common, goal: goal.step, call: endpoint, target_ms: target } : null)
  if (!data || !goal) return data ? <p className="muted">Once a goal is set, this shows what the endpoint’s slowness costs it.</p> : null
  return <LongAnswer query={dose} what="how a goal goes with speed">{(answer) => <Curve answer={answer} goal={goal} goals={data.goals} target={target} of={of} onChange={change} />}</LongAnswer>
}

type Props = { answer: DoseAnswer; goal: Goal; goals: Goal[]; target: number; of: string; onChange: (change: Partial<DoseAsked>) => void }

function Curve({ answer, goal, goals, target, of, onChange }: Props) {
  const columns = ['Took', 'Calls', `${goal.name}, were all so slow`, '95 % from', '95 % to', 'Seen']
  const rows = answer.points.map((point) => [formatMs(point.latency_ms), point.n, formatShare(point.goal_rate), formatShare(point.ci95[0]), formatShare(point.ci95[1]), formatShare(point.seen_goal_rate)])
  const points = answer.points.map(({ latency_ms: ms, n, goal_rate: rate, ci95: [low = rate, high = rate], seen_goal_rate: seen }) => ({ ms, n, rate, low, high, seen }))
  return (
    <ChartFrame title={doseFinding(answer, goal.name)} columns={columns} rows={rows} actions={<CsvButton name={`${goal.name} by duration of ${of}`} columns={columns} rows={rows} />}
      finding={<>{points.length > 0 && `${kneeWords(answer.knee_ms)} ${targetWords(answer, goal.name)} `}{formatCount(answer.n)} calls, {formatCount(answer.people)} people; an <Term id="association" />.</>}>
      <div className="stack">
        {points.length > 0 && <DoseResponse label={`${goal.name} over how long ${of} takes`} points={points} knee={answer.knee_ms} target={target}
          describe={(i) => `${formatMs(points[i]!.ms)}: ${formatShare(points[i]!.rate)} would reach ${goal.name} (95 %: ${formatShare(points[i]!.low)} to ${formatShare(points[i]!.high)}); of the ${formatCount(points[i]!.n)} calls around it ${formatShare(points[i]!.seen)} did.`} />}
        <div className="row dose-ask">
          {goals.length > 1 && <Choice label="Goal" value={goal.id} options={goals.map(({ id, name }) => ({ value: id, label: name }))} onChange={(next) => onChange({ goal: next === goals[0]?.id ? undefined : next })} />}
          <NumberField label="What would meeting this win (ms)" value={target} max={120_000} onChange={(ms) => onChange({ target: ms === usualTarget ? undefined : ms })} />
        </div>
        {answer.caveats.length > 0 && <ul className="caveats">{answer.caveats.map((caveat) => <li key={caveat}>{caveat}</li>)}</ul>}
        {answer.placebos.length > 0 && <p className="muted small"><Term id="placebo">Placebos</Term>: {answer.placebos.map(({ name, passed }) => `${name} ${passed ? 'passed' : 'failed'}`).join(', ')}. {answer.method}</p>}
      </div>
    </ChartFrame>
  )
}
