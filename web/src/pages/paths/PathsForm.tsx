import { useStepNames } from '../../api/stepNames'
import { AskForm, Choice, DraftInput, Labelled, NumberField } from '../../components/AskFields'
import { fieldError } from '../settings/fieldErrors'
import { usual, type Paths } from './paths'

const kinds = [{ value: 'pages', label: 'pages' }, { value: 'events', label: 'events' }, { value: 'actions_and_calls', label: 'actions and API calls' }, { value: 'property:', label: 'values of a property' }]
const pageNames = [{ value: 'template', label: 'alike as one: /p/{id}' }, { value: 'raw', label: 'each by its path' }]

type Props = { asked: Paths; error: unknown; onChange: (change: Partial<Paths>) => void }

/** Which ways are drawn. */
export function PathsForm({ asked, error, onChange }: Props) {
  const of = asked.of ?? usual.of
  const byProperty = of.startsWith('property:')
  const wrong = (field: string) => fieldError(error, field)
  const names = useStepNames(of === 'events' ? 'event' : 'page', '', !asked.raw)
  const suggestions = of === 'pages' || of === 'events' ? names : []
  return (
    <AskForm summary={<>Ways <span className="muted">{[asked.start && `from ${asked.start}`, asked.end && `to ${asked.end}`].filter(Boolean).join(' ') || `of ${byProperty ? of.slice(9) : of.replaceAll('_', ' ')}`}</span></>}>
      <div className="ask-grid">
        <Choice label="Ways lead over" options={kinds} value={byProperty ? 'property:' : of} onChange={(next) => onChange({ of: next === usual.of ? undefined : next, start: undefined, end: undefined })} />
        {byProperty && <Labelled label="Property"><DraftInput mono value={of.slice('property:'.length)} placeholder="screen" error={wrong('of')} onChange={(name) => onChange({ of: `property:${name}` })} /></Labelled>}
        {of === 'pages' && <Choice label="Pages" options={pageNames} value={asked.raw ? 'raw' : 'template'} onChange={(next) => onChange({ raw: next === 'raw' || undefined, start: undefined, end: undefined })} />}
        <Labelled label="Begin at"><DraftInput mono value={asked.start ?? ''} placeholder="anywhere" suggestions={suggestions} error={wrong('start')} onChange={(start) => onChange({ start: start || undefined })} /></Labelled>
        <Labelled label="End at"><DraftInput mono value={asked.end ?? ''} placeholder="anywhere" suggestions={suggestions} error={wrong('end')} onChange={(end) => onChange({ end: end || undefined })} /></Labelled>
        <NumberField label="Steps" value={asked.max_steps ?? usual.max_steps} max={20} onChange={(steps) => onChange({ max_steps: steps && Math.max(2, steps) })} />
        <NumberField label="Arrows, the most usual" value={asked.max_edges ?? usual.max_edges} max={200} onChange={(max_edges) => onChange({ max_edges })} />
        <Labelled label="A pause ends a way"><DraftInput value={asked.session_gap ?? usual.session_gap} error={wrong('session_gap')} onChange={(session_gap) => onChange({ session_gap: session_gap || undefined })} /></Labelled>
      </div>
      <Labelled label="Draw as one (patterns, with commas between)"><DraftInput mono value={asked.groupings?.join(', ') ?? ''} placeholder="/orders/*, /help/**" error={wrong('groupings')}
        onChange={(text) => { const groupings = text.split(',').map((one) => one.trim()).filter(Boolean); onChange({ groupings: groupings.length > 0 ? groupings : undefined }) }} /></Labelled>
      <Labelled label="Only where"><DraftInput mono value={asked.where ?? ''} placeholder={'device == "mobile"'} error={wrong('where')} onChange={(where) => onChange({ where: where || undefined })} /></Labelled>
    </AskForm>
  )
}
