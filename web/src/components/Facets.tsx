import type { KeyboardEvent } from 'react'
import { addTerm, hasTerm, removeTerm, term } from '../lib/filter'
import { formatCount } from '../lib/format'
import './components.css'

export type FacetData = { field: string; values: { value: string; count: number }[] }

type Props = {
  facets: FacetData[]
  /** How a field is called on the screen. */
  names: Record<string, string>
  filter: string | undefined
  onFilter: (filter: string | undefined) => void
}

const numeric = new Set(['call.status'])
const truth = new Set(['call.failed', 'call.refused', 'call.linked'])

/** The most frequent values of each field. A click on a value includes it, the minus excludes it; a second click takes it back. */
export function Facets({ facets, names, filter, onFilter }: Props) {
  const toggle = (condition: string) => onFilter((hasTerm(filter, condition) ? removeTerm(filter, condition) : addTerm(filter, condition)) || undefined)
  return (
    <section className="facets" aria-label="Values">
      {facets.filter((facet) => facet.values.length > 0).map((facet) => (
        <div key={facet.field}>
          <h2>{names[facet.field] ?? facet.field}</h2>
          {/* One tab stop a facet; the buttons in it take the keys, the list only moves between them. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
          <ul onKeyDown={moveWithin}>
            {facet.values.map(({ value, count }, i) => {
              const include = facetTerm(facet.field, '==', value)
              const exclude = facetTerm(facet.field, '!=', value)
              return (
                <li key={value}>
                  <button type="button" className="facet-value" tabIndex={i === 0 ? 0 : -1} aria-pressed={hasTerm(filter, include)} title={`Only ${value}`} onClick={() => toggle(include)}>
                    <span className="cut">{truth.has(facet.field) ? (value === 'true' ? 'yes' : 'no') : value}</span><span className="muted">{formatCount(count)}</span>
                  </button>
                  <button type="button" className="facet-exclude" tabIndex={-1} aria-pressed={hasTerm(filter, exclude)} aria-label={`Exclude ${value}`} title={`Without ${value}`} onClick={() => toggle(exclude)}>−</button>
                </li>
              )
            })}
          </ul>
        </div>
      ))}
    </section>
  )
}

const steps: Record<string, number> = { ArrowDown: 2, ArrowUp: -2, ArrowRight: 1, ArrowLeft: -1 }

/** Arrows walk through the values, and between including and excluding one. */
function moveWithin(event: KeyboardEvent<HTMLElement>) {
  const step = steps[event.key]
  if (!step) return
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus()
  event.preventDefault()
}

function facetTerm(field: string, op: '==' | '!=', value: string): string {
  if (numeric.has(field)) return term(field, op, Number(value))
  if (truth.has(field)) return term(field, op, value === 'true')
  return term(field, op, value)
}
