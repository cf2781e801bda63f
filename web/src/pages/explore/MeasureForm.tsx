import { useFieldNames } from '../../api/fieldNames'
import { AskForm, Choice, DraftInput, Labelled, NumberField } from '../../components/AskFields'
import { fieldError } from '../settings/fieldErrors'
import { changeSubject, measureWords, splitOf, usualMeasures, type Explore, type Measure, type Subject } from './explore'

const subjects = [{ value: 'events', label: 'events' }, { value: 'calls', label: 'API calls' }, { value: 'sessions', label: 'visits' }, { value: 'people', label: 'people' }, { value: 'interactions', label: 'actions with their calls' }]

const counts = [{ value: 'count', label: 'how many' }, { value: 'people', label: 'people' }, { value: 'sessions', label: 'visits' }]
const times = [{ value: 'p50', label: 'median time' }, { value: 'p75', label: 'p75 time' }, { value: 'p90', label: 'p90 time' }, { value: 'p95', label: 'p95 time' }, { value: 'p99', label: 'p99 time' }, { value: 'mean', label: 'mean time' }]
const failures = [{ value: 'failed', label: 'failed' }, { value: 'refused', label: 'refused' }, { value: 'error_rate', label: 'share that failed' }]
const numbers = [{ value: 'sum:', label: 'sum of a number' }, { value: 'mean:', label: 'mean of a number' }, { value: 'p50:', label: 'median of a number' }, { value: 'p75:', label: 'p75 of a number' }, { value: 'p95:', label: 'p95 of a number' }, { value: 'p99:', label: 'p99 of a number' }]
const rate = { value: 'rate', label: 'a second' }
const apdex = { value: 'apdex:', label: 'apdex, satisfied up to' }

const stats: Record<Subject, { value: string; label: string }[]> = {
  events: [...counts, rate, ...numbers], calls: [...counts, rate, ...failures, ...times, apdex, ...numbers],
  sessions: [counts[0]!, counts[1]!, rate, ...numbers], people: [counts[0]!], interactions: [counts[0]!, counts[2]!, rate, ...numbers],
}
const record: Record<Subject, Parameters<typeof useFieldNames>[0]> = { events: 'event', calls: 'call', sessions: 'session', people: 'event', interactions: 'interaction' }
const sides = [{ value: 'server', label: 'as servers saw them' }, { value: 'client', label: 'as browsers saw them' }, { value: 'any', label: 'of both' }]
const buckets = [{ value: '', label: 'as fits' }, { value: '1m', label: 'minutes' }, { value: '5m', label: '5 minutes' }, { value: '1h', label: 'hours' }, { value: '1d', label: 'days' }, { value: '1w', label: 'weeks' }]

const most = 4

type Props = { view: 'series' | 'breakdown'; asked: Explore; error: unknown; onChange: (change: Partial<Explore>) => void }

/** What is measured, and what it is split by. */
export function MeasureForm({ view, asked, error, onChange }: Props) {
  const measures = asked.measures ?? usualMeasures[view]
  const breakdown = splitOf(asked, view)
  const names = useFieldNames(record[measures[0]?.of ?? 'events'])
  const wrong = (field: string) => fieldError(error, field)
  const change = (i: number, next: Measure) => onChange({ measures: measures.map((old, other) => (other === i ? next : old)) })
  const split = (i: number, name: string) => onChange({ breakdown: Object.assign([...breakdown], { [i]: name }).filter(Boolean) })
  return (
    <AskForm summary={<>Measures <span className="muted">{measureWords({ of: 'events', ...measures[0] })}{breakdown.length > 0 && `, by ${breakdown.join(' and ')}`}</span></>}>
      {measures.map((measure, i) => (
        // oxlint-disable-next-line react/no-array-index-key
        <MeasureFields key={i} at={i} measure={measure} error={wrong(`measures[${i}]`)} onSubject={(of) => onChange(changeSubject(measures, i, of, breakdown.length > 0))} onChange={(next) => change(i, next)} onRemove={measures.length > 1 ? () => onChange({ measures: measures.filter((_, other) => other !== i) }) : undefined} />
      ))}
      <p><button type="button" className="plain-button" disabled={measures.length >= most} onClick={() => onChange({ measures: [...measures, { of: measures[0]?.of ?? 'events' }] })}>Add a measure</button></p>
      <div className="ask-grid">
        <Labelled label="Split by"><DraftInput mono value={breakdown[0] ?? ''} placeholder="field" suggestions={names} error={wrong('breakdown[0]') ?? wrong('breakdown')} onChange={(name) => split(0, name)} /></Labelled>
        <Labelled label="And by"><DraftInput mono value={breakdown[1] ?? ''} placeholder="field" suggestions={names} error={wrong('breakdown[1]')} onChange={(name) => split(1, name)} /></Labelled>
        {view === 'series' && <Choice label="By" options={buckets} value={asked.bucket ?? ''} onChange={(bucket) => onChange({ bucket: (bucket || undefined) as Explore['bucket'] })} />}
        {breakdown.length > 0 && <NumberField label={view === 'series' ? 'Lines at most' : 'Rows at most'} value={asked.limit ?? (view === 'series' ? 5 : 100)} max={view === 'series' ? 10 : 1000} onChange={(limit) => onChange({ limit })} />}
      </div>
      <label className="ask-check"><input type="checkbox" checked={asked.bots ?? false} onChange={(event) => onChange({ bots: event.target.checked || undefined })} /> Bots too</label>
    </AskForm>
  )
}

type MeasureProps = { at: number; measure: Measure; error: string | undefined; onSubject: (of: Subject) => void; onChange: (measure: Measure) => void; onRemove?: (() => void) | undefined }

function MeasureFields({ at, measure, error, onSubject, onChange, onRemove }: MeasureProps) {
  const { of = 'events', stat = 'count', where, side } = measure
  const kind = stat.includes(':') ? `${stat.slice(0, stat.indexOf(':'))}:` : stat
  const rest = stat.slice(kind.length)
  const names = useFieldNames(record[of])
  return (
    <fieldset className="measure">
      <legend className="hidden-text">Measure {at + 1}</legend>
      {onRemove && <div className="ask-step-head"><b>Measure {at + 1}</b><button type="button" className="icon-button" aria-label={`Remove measure ${at + 1}`} title="Remove" onClick={onRemove}>×</button></div>}
      <div className="ask-grid">
        <Choice label="Of" options={subjects} value={of} onChange={(next) => onSubject(next as Subject)} />
        <Choice label="Number" options={stats[of]} value={kind} onChange={(next) => onChange({ ...measure, stat: next === 'apdex:' ? 'apdex:500ms' : next.endsWith(':') ? `${next}${of === 'calls' ? 'duration_ms' : 'properties.amount'}` : next })} />
        {kind.endsWith(':') && <Labelled label={kind === 'apdex:' ? 'Satisfied up to' : 'Of the number'}><DraftInput mono value={rest} suggestions={kind === 'apdex:' ? [] : names} onChange={(next) => next && onChange({ ...measure, stat: `${kind}${next}` })} /></Labelled>}
        {of === 'calls' && <Choice label="Calls" options={sides} value={side ?? 'server'} onChange={(next) => onChange({ ...measure, side: next === 'server' ? undefined : next as Measure['side'] })} />}
      </div>
      <Labelled label="Only where"><DraftInput mono value={where ?? ''} placeholder={of === 'calls' ? 'status >= 500' : of === 'events' ? 'kind == "click"' : ''} error={error} onChange={(next) => onChange({ ...measure, where: next || undefined })} /></Labelled>
    </fieldset>
  )
}
