import { longList, removeTerm, splitTerms } from '../lib/filter'
import { filterError } from '../lib/filterError'
import { formatCount } from '../lib/format'
import { FilterInput } from './FilterInput'
import './components.css'

type Props = {
  filter: string | undefined
  onFilter: (filter: string | undefined) => void
  example: string
  records: string[]
  /** What the question with this filter failed with, and the filter as it was sent when the page adds to it. */
  error?: unknown
  sent?: string | undefined
}

/** The filter as text (CEL) and as chips, one for each condition. Both write the URL. */
export function FilterBar({ filter, onFilter, example, records, error, sent }: Props) {
  return (
    <div className="stack">
      <FilterInput key={filter} filter={filter} onFilter={onFilter} example={example} records={records} error={filterError(error, filter, sent)} />
      {filter && (
        <ul className="chips" aria-label="Conditions">
          {splitTerms(filter).map((condition) => (
            <li key={condition} className="chip mono">
              <Condition text={condition} />
              <button type="button" className="chip-remove" aria-label={`Remove ${condition}`} onClick={() => onFilter(removeTerm(filter, condition) || undefined)}>×</button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** A condition as it is written; one with a long list says how long it is, and opens. */
function Condition({ text }: { text: string }) {
  const list = longList(text)
  if (!list) return text
  return (
    <details className="chip-list">
      <summary title={text}>{list.field === 'session.id' ? `${formatCount(list.count)} sessions` : `${list.field} in ${formatCount(list.count)} values`}</summary>
      {text}
    </details>
  )
}
