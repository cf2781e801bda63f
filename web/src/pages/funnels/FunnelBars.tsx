import type { ReactNode } from 'react'
import type { FunnelAnswer } from '../../api/behaviour'
import type { Step } from '../../lib/ask'
import { formatCount, formatMs, formatShare } from '../../lib/format'
import { stepName } from '../../lib/questionWords'
import { callsWords, hurts, lost, worstAfter } from './funnel'

type Stage = FunnelAnswer['steps'][number]
type Props = { stages: Stage[]; /** The same stages with the calls on the way, once they are counted. */ withCalls: Stage[] | undefined; steps: Step[]; ordered: boolean; open: string | undefined; onOpen: (list: string) => void }

/** How many get from step to step: one bar a step, and below it who is not at the next one. */
export function FunnelBars({ stages, withCalls, steps, ordered, open, onOpen }: Props) {
  const most = Math.max(1, ...stages.map(({ count }) => count))
  const worst = worstAfter(stages)
  return (
    <ol className="funnel">
      {stages.map((stage, i) => {
        const name = ordered ? stepName(steps[i]!) : `${i + 1} of the steps`
        return (
          // oxlint-disable-next-line react/no-array-index-key
          <li key={i}>
            <div className="funnel-step">
              <span className="cut" title={name}><span className="muted">{i + 1}</span> {name}</span>
              <Number list={`at-${i}`} open={open} onOpen={onOpen} label={`${formatCount(stage.count)} at ${name}`}>{formatCount(stage.count)}</Number>
              <span className="end">{formatShare(stage.conversion_from_start)}</span>
            </div>
            <div className="funnel-bar" aria-hidden><i style={{ width: `${(100 * stage.count) / most}%` }} /></div>
            {i + 1 < stages.length && (
              <p className={i === worst ? 'funnel-between failed' : 'funnel-between muted'}>
                <span aria-hidden>↓ </span>{formatShare(stages[i + 1]!.conversion_from_previous)} went on
                {stages[i + 1]!.median_seconds_from_previous !== null && <> after {formatMs(stages[i + 1]!.median_seconds_from_previous! * 1000)} (median)</>}
                {', '}<Number list={`lost-${i}`} open={open} onOpen={onOpen} label={`${formatCount(lost(stages, i))} lost after ${name}`}>{formatCount(lost(stages, i))} lost</Number>
                {stage.in_progress > 0 && <>, {formatCount(stage.in_progress)} still have time</>}
                <CallsBetween stage={withCalls?.[i + 1]} />
              </p>
            )}
          </li>
        )
      })}
    </ol>
  )
}

/** What the API did on the way, of those who got to the step. */
function CallsBetween({ stage }: { stage: Stage | undefined }) {
  if (stage?.calls === undefined) return null
  const words = callsWords(stage)
  return <span className={`calls-between ${hurts(stage) ? 'failed' : 'muted'}`} title="Calls of those who went on, between the two steps">{words}</span>
}

function Number({ list, open, onOpen, label, children }: { list: string; open: string | undefined; onOpen: (list: string) => void; label: string; children: ReactNode }) {
  return <button type="button" className="number-button" aria-label={`${label}: who`} aria-pressed={open === list} onClick={() => onOpen(list)}>{children}</button>
}
