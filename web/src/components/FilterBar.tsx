import { removeTerm, splitTerms } from '../lib/filter'
import { filterError } from '../lib/filterError'
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
              <span className="cut" title={condition}>{condition}</span>
              <button type="button" className="chip-remove" aria-label={`Remove ${condition}`} onClick={() => onFilter(removeTerm(filter, condition) || undefined)}>×</button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
