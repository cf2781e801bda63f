import { useState } from 'react'
import { useSaveGoal } from '../../api/goals'
import { useStepNames } from '../../api/stepNames'
import { fieldError, formError } from './fieldErrors'
import { Form, SelectField, TextField } from './Form'
import { goalBody, type GoalDraft, type StepKind } from './goalForm'

const kinds = [{ value: 'event', label: 'an event happens' }, { value: 'page', label: 'a page is seen' }, { value: 'call', label: 'a call is answered' }]
const directions = [{ value: 'up', label: 'more is better' }, { value: 'down', label: 'fewer is better' }]

type Shape = { label: string; placeholder: string; hint: string; where: string }
const shapes: Record<StepKind, Shape> = {
  event: { label: 'Event', placeholder: 'Order paid', hint: 'Its name, as it is sent; * is any.', where: 'properties.amount > 10.0' },
  page: { label: 'Page', placeholder: '/checkout/done', hint: 'Its path; * stands for a part of it, ** for any rest.', where: 'device == "mobile"' },
  call: { label: 'Call', placeholder: 'POST /orders', hint: 'Method and route as the catalogue has them, a service in front if need be.', where: 'status < 300' },
}

const fields = ['name', 'step', 'direction', 'target', 'owner', 'value', 'currency']

/** Makes a goal or, with an id, changes that one. */
export function GoalForm({ id, initial, onDone }: { id?: string; initial: GoalDraft; onDone: () => void }) {
  const [draft, setDraft] = useState(initial)
  const save = useSaveGoal()
  const change = (part: Partial<GoalDraft>) => setDraft({ ...draft, ...part })
  const wrong = (field: string, others?: string[]) => fieldError(save.error, field, others)
  const shape = shapes[draft.kind]
  const suggestions = useStepNames(draft.kind, draft.what)
  const field = (key: 'name' | 'owner' | 'value' | 'currency' | 'target') => ({ value: draft[key], onChange: (text: string) => change({ [key]: text }), error: wrong(key) })
  return (
    <Form label={id ? `Change ${initial.name}` : 'New goal'} save={id ? 'Save the goal' : 'Create the goal'} pending={save.isPending} error={formError(save.error, fields)}
      onSave={() => save.mutate({ id, body: goalBody(draft) }, { onSuccess: onDone })} beside={<button type="button" className="plain-button" onClick={onDone}>Cancel</button>}>
      <div className="setting-grid">
        <TextField label="Name" placeholder="Order paid" required maxLength={120} {...field('name')} />
        <TextField label="Owner" hint="Who is asked when it is missed." maxLength={120} {...field('owner')} />
        <SelectField label="It is reached when" options={kinds} value={draft.kind} onChange={(kind) => change({ kind: kind as StepKind, what: '' })} />
        <TextField label={shape.label} hint={shape.hint} placeholder={shape.placeholder} required mono suggestions={suggestions} value={draft.what} onChange={(what) => change({ what })} error={wrong('step', ['step.where'])} />
      </div>
      {draft.kind === 'page' && <label className="setting-check"><input type="checkbox" checked={draft.template} onChange={(event) => change({ template: event.target.checked })} /> Compare with the page's template (<code>/orders/{'{id}'}</code>), not with its path</label>}
      <TextField label="Only where" hint={<>Optional: a condition on the {draft.kind === 'call' ? 'call' : 'event'}, whose fields stand bare: <code>{shape.where}</code></>} mono value={draft.where} onChange={(where) => change({ where })} error={wrong('step.where')} />
      <div className="setting-grid">
        <SelectField label="Direction" options={directions} value={draft.direction} onChange={(direction) => change({ direction: direction === 'down' ? 'down' : 'up' })} error={wrong('direction')} />
        <TextField label="Target a day" type="number" hint="Optional: how often it should be reached." {...field('target')} />
        <TextField label="Value" mono placeholder="properties.amount" hint="Optional: the property that says what one is worth." maxLength={256} {...field('value')} />
        <TextField label="Currency" placeholder="EUR" hint="Of the value." maxLength={8} {...field('currency')} />
      </div>
    </Form>
  )
}
