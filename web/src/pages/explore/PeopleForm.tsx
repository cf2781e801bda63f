import { AskForm, Choice, NumberField, UnitField } from '../../components/AskFields'
import { StepEditor } from '../../components/StepEditor'
import { periods, type Period } from '../../lib/periods'
import { stepName } from '../../lib/questionWords'
import { fieldError } from '../settings/fieldErrors'
import type { Explore } from './explore'

const weekStarts = [{ value: 'monday', label: 'Monday' }, { value: 'sunday', label: 'Sunday' }]

type Props = { asked: Explore; period: Period; error: unknown; onChange: (change: Partial<Explore>) => void }

/** What makes somebody be there, and how long an interval is. */
export function PeopleForm({ asked, period, error, onChange }: Props) {
  const of = asked.of ?? { page: '/**' }
  return (
    <AskForm summary={<>Who is there <span className="muted">{stepName(of)}, by {period}</span></>}>
      <b>They are there when they did</b>
      <StepEditor label="Being there" step={of} errors={{ step: fieldError(error, 'of', ['of.where']), where: fieldError(error, 'of.where') }} onChange={(next) => onChange({ of: next })} />
      <div className="ask-grid">
        <Choice label="By" options={periods} value={period} onChange={(next) => onChange({ period: next as Period })} />
        <NumberField label={`${period[0]!.toUpperCase()}${period.slice(1)}s in one interval`} value={asked.period_count ?? 1} max={90} onChange={(n) => onChange({ period_count: n === 1 ? undefined : n })} />
        <UnitField value={asked.count_by} error={fieldError(error, 'count_by')} onChange={(count_by) => onChange({ count_by })} />
        {period === 'week' && <Choice label="Weeks begin on" options={weekStarts} value={asked.week_start ?? 'monday'} onChange={(week_start) => onChange({ week_start: week_start as Explore['week_start'] })} />}
      </div>
    </AskForm>
  )
}
