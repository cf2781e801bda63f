import { useState } from 'react'
import { removeTerm, splitTerms } from '../lib/filter'
import './components.css'

type Props = {
  filter: string | undefined
  onFilter: (filter: string | undefined) => void
  example: string
}

/** The filter as text (CEL) and as chips, one for each condition. Both write the URL. */
export function FilterBar({ filter, onFilter, example }: Props) {
  return (
    <div className="stack">
      <FilterInput key={filter} filter={filter} onFilter={onFilter} example={example} />
      {filter && (
        <ul className="chips" aria-label="Conditions">
          {splitTerms(filter).map((condition) => (
            <li key={condition} className="chip mono">
              {condition}
              <button type="button" className="chip-remove" aria-label={`Remove ${condition}`} onClick={() => onFilter(removeTerm(filter, condition) || undefined)}>×</button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function FilterInput({ filter, onFilter, example }: Props) {
  const [text, setText] = useState(filter ?? '')
  return (
    <form action={() => onFilter(text.trim() || undefined)}>
      <input className="filter-input mono" aria-label="Filter" spellCheck={false} autoComplete="off" placeholder={`Filter, for example ${example}`} value={text} onChange={(event) => setText(event.target.value)} />
    </form>
  )
}
