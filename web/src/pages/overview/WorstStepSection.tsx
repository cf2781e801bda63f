import type { Overview } from '../../api/types'
import { formatCount, formatShare } from '../../lib/format'
import { Covered } from './Covered'
import { worstStepWords } from './words'

/** The way to the first goal, and the step at which most are lost. */
export function WorstStepSection({ overview: { worst_step: w, pending } }: { overview: Overview }) {
  const words = worstStepWords(w)
  const first = w.steps[0]?.count ?? 0
  return (
    <section className="card" aria-labelledby="worst-step">
      <h2 id="worst-step">{w.goal ? `Where ${w.goal.name} is lost` : 'Where goals are lost'}</h2>
      <p className={words ? undefined : 'muted'}>
        {words ?? (pending ? 'Being worked out …' : !w.goal ? 'Once a goal is set, this follows the pages that lead to it.' : `Not enough data: fewer than 30 of the newest ${formatCount(w.visits)} visits that ended took the first step.`)}
      </p>
      <Covered {...w} />
      {w.known && (
        <ol className="steps">
          {w.steps.map((step, i) => (
            <li key={step.name} className={i === w.worst ? 'worst' : undefined}>
              <span className="cut" title={step.name}>{step.name}</span>
              <meter min={0} max={first} value={step.count} aria-label={step.name} />
              <span className="end">{formatCount(step.count)}</span>
              <span className="end muted">{formatShare(step.count / first)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
