import { AskForm, Choice, DraftInput, Labelled, NumberField, UnitField } from '../../components/AskFields'
import { StepEditor } from '../../components/StepEditor'
import { periods, type Period } from '../../lib/periods'
import { stepName } from '../../lib/questionWords'
import { fieldError } from '../settings/fieldErrors'
import { anyPage, type Retention } from './retention'

const cohorts = [{ value: 'first', label: 'when first seen' }, { value: 'first_ever', label: 'only if new' }, { value: 'recurring', label: 'every time' }]
const criteria = [{ value: 'on', label: 'in that very period' }, { value: 'on_or_after', label: 'in it or later' }]
const weekStarts = [{ value: 'monday', label: 'Monday' }, { value: 'sunday', label: 'Sunday' }]

type Props = { asked: Retention; period: Period; intervals: number; error: unknown; onChange: (change: Partial<Retention>) => void }

/** Who counts as having come, and as having come back. */
export function RetentionForm({ asked, period, intervals, error, onChange }: Props) {
  const target = asked.target ?? anyPage
  const wrong = (field: string) => fieldError(error, field)
  const stepErrors = (at: string) => ({ where: wrong(`${at}.where`), step: fieldError(error, at, [`${at}.where`]) })
  return (
    <AskForm summary={<>Who comes back <span className="muted">{stepName(target)}, by {period}</span></>}>
      <div className="stack">
        <b>They came when they did</b>
        <StepEditor label="Target" step={target} errors={stepErrors('target')} onChange={(next) => onChange({ target: next })} />
        <label className="ask-check"><input type="checkbox" checked={asked.returning !== undefined} onChange={(event) => onChange({ returning: event.target.checked ? target : undefined })} /> They come back by something else</label>
        {asked.returning && <StepEditor label="Return" step={asked.returning} errors={stepErrors('returning')} onChange={(next) => onChange({ returning: next })} />}
      </div>
      <div className="ask-grid">
        <Choice label="In" options={periods} value={period} onChange={(next) => onChange({ period: next as Period })} />
        <NumberField label="How many of them" value={intervals} max={60} onChange={(next) => onChange({ intervals: next && Math.max(2, next) })} />
        <Choice label="Each is counted" options={cohorts} value={asked.cohort ?? 'first'} onChange={(cohort) => onChange({ cohort: cohort as Retention['cohort'] })} />
        <Choice label="Back means" options={criteria} value={asked.criterion ?? 'on'} onChange={(criterion) => onChange({ criterion: criterion as Retention['criterion'] })} />
        <NumberField label="At least so many times" value={asked.min_occurrences ?? 1} max={30} onChange={(times) => onChange({ min_occurrences: times === 1 ? undefined : times })} />
        <UnitField value={asked.count_by} error={wrong('count_by')} onChange={(count_by) => onChange({ count_by })} />
        {period === 'week' && <Choice label="Weeks begin on" options={weekStarts} value={asked.week_start ?? 'monday'} onChange={(week_start) => onChange({ week_start: week_start as Retention['week_start'] })} />}
        {asked.split && <Labelled label="A call is slow over"><DraftInput value={asked.slow_over ?? '1s'} error={wrong('slow_over')} onChange={(slow_over) => onChange({ slow_over: slow_over || undefined })} /></Labelled>}
      </div>
      <label className="ask-check"><input type="checkbox" checked={asked.split ?? false} onChange={(event) => onChange({ split: event.target.checked || undefined, slow_over: undefined })} /> Tell apart whose first visit met a failed or slow call</label>
    </AskForm>
  )
}
