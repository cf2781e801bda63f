import type { KeyboardEvent } from 'react'
import type { Step } from '../lib/ask'
import { StepEditor } from './StepEditor'

const most = 30

type Props = { steps: Step[]; onChange: (steps: Step[]) => void; errorsOf: (index: number) => { step?: string | undefined; where?: string | undefined } }

/** Steps in their order: added, taken away, and moved by buttons or with Alt and an arrow. */
export function StepBuilder({ steps, onChange, errorsOf }: Props) {
  const move = (from: number, by: number) => {
    const to = from + by
    if (to < 0 || to >= steps.length) return
    const next = [...steps]
    next.splice(to, 0, ...next.splice(from, 1))
    onChange(next)
  }
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const by = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined
    if (!by) return
    event.preventDefault()
    move(index, by)
  }
  return (
    <>
      <ol className="ask-steps" aria-label="Steps">
        {steps.map((step, i) => (
          // Steps have no name of their own: the same may stand twice.
          // oxlint-disable-next-line react/no-array-index-key, jsx-a11y/no-noninteractive-element-interactions
          <li key={i} onKeyDown={(event) => onKeyDown(event, i)}>
            <div className="ask-step-head">
              <b>Step {i + 1}</b>
              <button type="button" className="icon-button" aria-label={`Move step ${i + 1} up`} title="Up (Alt ↑)" disabled={i === 0} onClick={() => move(i, -1)}>↑</button>
              <button type="button" className="icon-button" aria-label={`Move step ${i + 1} down`} title="Down (Alt ↓)" disabled={i === steps.length - 1} onClick={() => move(i, 1)}>↓</button>
              <button type="button" className="icon-button" aria-label={`Remove step ${i + 1}`} title="Remove" disabled={steps.length === 1} onClick={() => onChange(steps.filter((_, other) => other !== i))}>×</button>
            </div>
            <StepEditor label={`Step ${i + 1}`} step={step} errors={errorsOf(i)} onChange={(next) => onChange(steps.map((old, other) => (other === i ? next : old)))} />
          </li>
        ))}
      </ol>
      <p><button type="button" className="plain-button" disabled={steps.length >= most} onClick={() => onChange([...steps, { page: '' }])}>Add a step</button></p>
    </>
  )
}
