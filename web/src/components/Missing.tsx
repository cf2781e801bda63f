import { useStepNames } from '../api/stepNames'
import type { Step } from '../lib/ask'
import { EmptyNotice } from './Notice'
import { kindOf } from './StepEditor'

const words = { event: { none: 'No event named', any: 'No event', seen: 'Names seen' }, page: { none: 'No page view of', any: 'No page view', seen: 'Pages seen' }, call: { none: 'No call of', any: 'No call', seen: 'Endpoints seen' } }
const shown = 12

/** Says of a step that nobody did what is missing, and what there is instead. */
export function Missing({ step }: { step: Step }) {
  const kind = kindOf(step)
  const seen = useStepNames(kind, '', step.template)
  const { none, any, seen: label } = words[kind]
  const name = step[kind]
  return (
    <EmptyNotice title={`${name === '*' || name === '/**' ? any : `${none} ${name}`}${step.where ? ` where ${step.where}` : ''} in this range.`}>
      {seen.length > 0
        ? <p>{label}: {seen.slice(0, shown).map((one, i) => <span key={one}>{i > 0 && ', '}<bdi className="mono">{one}</bdi></span>)}{seen.length > shown && ' …'}</p>
        : <p>Events and page views come from the browser script or as events on <code>/intake/events</code>; calls from a server’s log or from OpenTelemetry. Perhaps another time range has some.</p>}
    </EmptyNotice>
  )
}
