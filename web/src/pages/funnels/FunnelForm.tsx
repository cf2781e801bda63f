import { useFieldNames } from '../../api/fieldNames'
import { AskForm, Choice, DraftInput, Labelled, UnitField } from '../../components/AskFields'
import { StepBuilder } from '../../components/StepBuilder'
import { StepEditor } from '../../components/StepEditor'
import type { Step } from '../../lib/ask'
import { plural } from '../../lib/format'
import { fieldError } from '../settings/fieldErrors'
import type { Exclusion, Funnel } from './funnel'

const orders = [{ value: 'ordered', label: 'in this order' }, { value: 'strict', label: 'in order, none between' }, { value: 'unordered', label: 'in any order' }]
const entries = [{ value: 'best', label: 'the furthest' }, { value: 'first', label: 'the first' }]
const counts = [{ value: 'entities', label: 'once each' }, { value: 'attempts', label: 'every attempt' }]
const attributions = [{ value: 'first', label: 'the first value' }, { value: 'last', label: 'the last value' }, { value: 'all', label: 'every value' }, { value: 'step', label: 'the value at a step' }]

type Props = { funnel: Funnel; steps: Step[]; window: string; error: unknown; onChange: (change: Partial<Funnel>) => void }

/** What a funnel is made of. Every change is asked about at once. */
export function FunnelForm({ funnel, steps, window, error, onChange }: Props) {
  const wrong = (field: string) => fieldError(error, field)
  const stepErrors = (at: string) => ({ where: wrong(`${at}.where`), step: fieldError(error, at, [`${at}.where`]) })
  const { breakdown = {} } = funnel
  const fields = useFieldNames('event')
  const by = (change: Partial<typeof breakdown>) => onChange({ breakdown: { ...breakdown, ...change } })
  return (
    <AskForm summary={<>Steps <span className="muted">{plural(steps.length, 'step')} within {window}</span></>}>
      <StepBuilder steps={steps} onChange={(next) => onChange({ steps: next })} errorsOf={(i) => stepErrors(`steps[${i}]`)} />
      <div className="ask-grid">
        <Labelled label="All within"><DraftInput value={window} placeholder="1h, 14d" error={wrong('window')} onChange={(next) => onChange({ window: next || undefined })} /></Labelled>
        <Choice label="Done" options={orders} value={funnel.order ?? 'ordered'} onChange={(order) => onChange({ order: order as Funnel['order'] })} />
        <UnitField value={funnel.count_by} error={wrong('count_by')} onChange={(count_by) => onChange({ count_by })} />
        <Choice label="Counted" options={counts} value={funnel.count ?? 'entities'} onChange={(count) => onChange({ count: count as Funnel['count'] })} />
        {funnel.count !== 'attempts' && <Choice label="Of several attempts" options={entries} value={funnel.entry ?? 'best'} onChange={(entry) => onChange({ entry: entry as Funnel['entry'] })} />}
        <Labelled label="Split by"><DraftInput mono value={breakdown.property ?? ''} placeholder="properties.plan" suggestions={fields} error={wrong('breakdown.property')} onChange={(property) => onChange({ breakdown: property ? { ...breakdown, property } : undefined })} /></Labelled>
        {breakdown.property && <Choice label="Each stands under" options={attributions} value={breakdown.attribution ?? 'first'} onChange={(attribution) => by({ attribution: attribution as typeof breakdown.attribution, step: undefined })} />}
        {breakdown.attribution === 'step' && <Choice label="Which step" options={steps.map((_, i) => ({ value: String(i + 1), label: `step ${i + 1}` }))} value={String(breakdown.step ?? 1)} onChange={(step) => by({ step: Number(step) })} />}
      </div>
      <Exclusions exclude={funnel.exclude ?? []} steps={steps.length} onChange={(exclude) => onChange({ exclude: exclude.length > 0 ? exclude : undefined })} errorsOf={(i) => stepErrors(`exclude[${i}]`)} />
    </AskForm>
  )
}

type ExclusionProps = { exclude: Exclusion[]; steps: number; onChange: (exclude: Exclusion[]) => void; errorsOf: (i: number) => { where?: string | undefined; step?: string | undefined } }

/** What must not happen on the way. */
function Exclusions({ exclude, steps, onChange, errorsOf }: ExclusionProps) {
  const change = (i: number, next: Exclusion) => onChange(exclude.map((old, other) => (other === i ? next : old)))
  const places = Array.from({ length: steps }, (_, i) => ({ value: String(i + 1), label: `step ${i + 1}` }))
  return (
    <>
      {exclude.map(({ from_step, to_step, ...step }, i) => (
        // oxlint-disable-next-line react/no-array-index-key
        <div key={i} className="stack">
          <div className="ask-step-head"><b>Must not happen</b><button type="button" className="icon-button" aria-label={`Allow exclusion ${i + 1} again`} title="Remove" onClick={() => onChange(exclude.filter((_, other) => other !== i))}>×</button></div>
          <StepEditor label={`Exclusion ${i + 1}`} step={step} errors={errorsOf(i)} onChange={(next) => change(i, { ...next, from_step, to_step })} />
          <div className="ask-grid">
            <Choice label="After" options={places.slice(0, -1)} value={String(from_step ?? 1)} onChange={(from) => change(i, { ...step, from_step: Number(from), to_step })} />
            <Choice label="Before" options={places.slice(1)} value={String(to_step ?? steps)} onChange={(to) => change(i, { ...step, from_step, to_step: Number(to) })} />
          </div>
        </div>
      ))}
      {steps > 1 && <p><button type="button" className="plain-button" onClick={() => onChange([...exclude, { event: '' }])}>Add what must not happen between</button></p>}
    </>
  )
}
