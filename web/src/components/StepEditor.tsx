import { useStepNames } from '../api/stepNames'
import { isWhole, type Step } from '../lib/ask'
import { DraftInput } from './AskFields'

export type StepKind = 'event' | 'page' | 'call'

const kinds = [{ value: 'page', label: 'Page' }, { value: 'event', label: 'Event' }, { value: 'call', label: 'API call' }] as const

const shapes: Record<StepKind, { placeholder: string; where: string }> = {
  page: { placeholder: '/checkout/**', where: 'only where, e.g. device == "mobile"' },
  event: { placeholder: 'Order Paid, or * for any', where: 'only where, e.g. properties.amount > 10.0' },
  call: { placeholder: 'POST /orders, or * for any', where: 'only where, e.g. status >= 500 || duration_ms > 2000.0' },
}

export function kindOf(step: Step): StepKind {
  return step.call !== undefined ? 'call' : step.event !== undefined ? 'event' : 'page'
}

type Errors = { step?: string | undefined; where?: string | undefined }
type Props = { label: string; step: Step; onChange: (step: Step) => void; errors?: Errors }

/** One step: what kind of thing, which one, and under which condition. */
export function StepEditor({ label, step, onChange, errors = {} }: Props) {
  const kind = kindOf(step)
  const name = step[kind] ?? ''
  const names = useStepNames(kind, name.replace(/\*.*$/, ''), step.template)
  const rest = step.where ? { where: step.where } : {}
  const change = (next: string) => onChange({ [kind]: next, ...rest, ...(kind === 'page' && step.template ? { template: true } : {}) })
  return (
    <div className="ask-step" role="group" aria-label={label}>
      <select aria-label={`${label}: kind`} value={kind} onChange={(event) => onChange({ [event.target.value]: '' })}>
        {kinds.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
      </select>
      <DraftInput label={`${label}: name`} mono value={name} placeholder={shapes[kind].placeholder} suggestions={names} error={errors.step} onChange={change} />
      {kind === 'page' && (name.includes('{') || step.template) && (
        <label className="ask-check whole"><input type="checkbox" checked={step.template ?? false} onChange={(event) => onChange({ page: name, ...rest, ...(event.target.checked ? { template: true } : {}) })} /> {'{id}'} stands for any id</label>
      )}
      {isWhole(step) && (
        <div className="whole"><DraftInput label={`${label}: only where`} mono value={step.where ?? ''} placeholder={shapes[kind].where} error={errors.where}
          onChange={(where) => onChange({ [kind]: name, ...(where ? { where } : {}), ...(kind === 'page' && step.template ? { template: true } : {}) })} /></div>
      )}
    </div>
  )
}
