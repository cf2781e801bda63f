import { useId, useState } from 'react'
import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMatching, useSaveSegment } from '../../api/segments'
import { FilterInput } from '../../components/FilterInput'
import { ErrorNotice } from '../../components/Notice'
import { filterError } from '../../lib/filterError'
import { plural } from '../../lib/format'
import { useRange } from '../../lib/view'
import { bodyOf, type Draft } from './segments'
import { conditionWords } from './words'

const filterRecords = ['session', 'call', 'event']
const kinds = [
  { of: 'people', label: 'People', meaning: 'everybody who made such a visit in the time range one looks at, with all their other visits too.' },
  { of: 'sessions', label: 'Visits', meaning: 'such visits only, without what the same people did at other times.' },
] as const

/** Makes a segment or, with an id, changes that one; it says who is in it while it is written. */
export function SegmentForm({ id, initial, onDone }: { id?: string | undefined; initial: Draft; onDone: () => void }) {
  const [draft, setDraft] = useState(initial)
  const name = useId()
  const save = useSaveSegment()
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }))
  const [asked] = useDebouncedValue(draft.filter.trim(), 400)
  const { query } = useRange()
  const matching = useMatching(query, { filter: asked }, asked !== '')
  const mistake = asked === draft.filter.trim() ? filterError(matching.error, asked) : null
  const whole = draft.name.trim() !== '' && draft.filter.trim() !== ''
  return (
    <div className="segment-form stack" role="group" aria-label={id ? `Change ${initial.name}` : 'New segment'}>
      <div className="segment-fields">
        <label htmlFor={`${name}-name`}>Name</label>
        <input id={`${name}-name`} className="filter-input" maxLength={120} placeholder="Met a failure on a phone" autoComplete="off" value={draft.name} onChange={(event) => change({ name: event.target.value })} />
        <span>Visits where</span>
        <FilterInput filter={draft.filter} onFilter={(filter) => change({ filter: filter ?? '' })} onType={(filter) => change({ filter })} records={filterRecords} example={'session.failed > 0 && session.device == "mobile"'} error={mistake} />
        <span>It is</span>
        <fieldset className="segment-kinds">
          <legend className="hidden-text">What the segment is made of</legend>
          {kinds.map(({ of, label, meaning }) => (
            <label key={of}><input type="radio" name={name} checked={draft.of === of} onChange={() => change({ of })} /> <span><b>{label}</b>: <span className="muted">{meaning}</span></span></label>
          ))}
        </fieldset>
        <label htmlFor={`${name}-note`}>Note</label>
        <input id={`${name}-note`} className="filter-input" maxLength={1000} placeholder="Optional: what it is for" autoComplete="off" value={draft.note} onChange={(event) => change({ note: event.target.value })} />
      </div>
      <p aria-live="polite" className="segment-found"><Found filter={asked} settled={asked === draft.filter.trim()} wrong={mistake !== null} matching={matching} /></p>
      {save.error && <ErrorNotice error={save.error} />}
      <div className="row">
        <Button size="compact-sm" loading={save.isPending} disabled={!whole} onClick={() => save.mutate({ id, body: bodyOf(draft) }, { onSuccess: onDone })}>{id ? 'Save the segment' : 'Create the segment'}</Button>
        <button type="button" className="plain-button" onClick={onDone}>Cancel</button>
      </div>
    </div>
  )
}

type FoundProps = { filter: string; settled: boolean; wrong: boolean; matching: ReturnType<typeof useMatching> }

/** What the condition means, and whom it finds now. */
function Found({ filter, settled, wrong, matching }: FoundProps) {
  if (filter === '') return <span className="muted">Write a condition over the visit, and over one call or event of it; what it finds is counted here.</span>
  if (!settled || matching.isPending || matching.isPlaceholderData) return <span className="muted">Counting …</span>
  if (wrong) return <span className="muted">The condition cannot be read yet.</span>
  const [people, visits] = matching.data?.rows[0]?.values ?? []
  if (people == null || visits == null) return <span className="failed">It could not be counted.</span>
  return <>Now <b>{plural(people, 'person', 'people')}</b> in <b>{plural(visits, 'visit')}</b> of this time range: <span className="muted">{conditionWords(filter)}.</span></>
}
