import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { useFields, useValues } from '../api/queries'
import type { FieldInfo } from '../api/types'
import { complete, completionAt, type Completion } from '../lib/complete'
import { literal } from '../lib/filter'
import type { FilterError } from '../lib/filterError'
import { recentFilters, rememberFilter } from '../lib/recent'
import { useRange } from '../lib/view'
import './components.css'

type Props = {
  filter: string | undefined
  onFilter: (filter: string | undefined) => void
  example: string
  /** The records whose fields the filter may name. */
  records: string[]
  error?: FilterError | null
  /** Told of every change, where the filter is one field among others: Enter then leaves the keyboard in it. */
  onType?: (text: string) => void
}

/** What can be written at the caret; a recent filter replaces the whole. */
type Option = { written: string; hint: string; whole?: true }

const shownOptions = 12

/** CEL as text. It offers the fields, after a comparison the values that the data has, and in an empty field the filters used lately; Enter applies. */
export function FilterInput({ filter, onFilter, example, records, error, onType }: Props) {
  const list = useId()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(filter ?? '')
  const [caret, setCaret] = useState<number | null>(null)
  const [active, setActive] = useState(-1)
  const place = caret === null ? null : completionAt(text, caret)
  const completions = useOptions(place, records)
  const options: Option[] = caret !== null && text.trim() === '' ? recentFilters(records).map((written) => ({ written, hint: 'used lately', whole: true })) : completions

  const close = () => {
    setCaret(null)
    setActive(-1)
  }
  const write = (next: string) => {
    setText(next)
    onType?.(next)
  }
  const choose = (option: Option) => {
    if (option.whole) {
      write(option.written)
      close()
      onFilter(option.written)
      if (!onType) toResults()
      return
    }
    const next = complete(text, caret!, place!.start, option.written)
    write(next.text)
    close()
    requestAnimationFrame(() => input.current?.setSelectionRange(next.caret, next.caret))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const option = options[active]
    if (event.key === 'ArrowDown' && caret === null) setCaret(event.currentTarget instanceof HTMLInputElement ? event.currentTarget.selectionStart : null)
    else if (event.key === 'ArrowDown' && options.length > 0) setActive((active + 1) % options.length)
    else if (event.key === 'ArrowUp' && options.length > 0) setActive((active - 1 + options.length) % options.length)
    else if ((event.key === 'Enter' || event.key === 'Tab') && option) choose(option)
    else if (event.key === 'Escape' && options.length > 0) close()
    else return
    event.preventDefault()
  }
  const applied = useRef(false)
  const apply = () => {
    close()
    if (text.trim()) rememberFilter(records, text.trim())
    onFilter(text.trim() || undefined)
    applied.current = true
    if (!onType) toResults()
  }
  // What was asked for here is wrong: the keyboard goes back to it. Who only opens such an address keeps the keys of the page.
  useEffect(() => {
    if (!error) return
    if (applied.current) input.current?.focus()
    applied.current = false
  }, [error])
  const open = options.length > 0
  return (
    <form action={apply} className="filter-form">
      <input ref={input} className="filter-input mono" aria-label="Filter" role="combobox" aria-expanded={open} aria-controls={list} aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${list}-${active}` : undefined} spellCheck={false} autoComplete="off" placeholder={`Filter, for example ${example}`} value={text}
        onChange={(event) => {
          write(event.target.value)
          setCaret(event.target.selectionStart)
          setActive(-1)
        }}
        aria-invalid={error ? true : undefined} aria-describedby={error ? `${list}-error` : undefined}
        onClick={(event) => setCaret(event.currentTarget.selectionStart)} onKeyDown={onKeyDown} onBlur={close} />
      {error && <FilterMistake id={`${list}-error`} filter={filter ?? ''} error={error} />}
      <div id={list} role="listbox" aria-label="Suggestions" className="suggestions" hidden={!open}>
        {options.map((option, i) => (
          // The field keeps the focus, so keys go to it; the pointer is served here, before the blur closes the list.
          <div key={option.written} id={`${list}-${i}`} role="option" tabIndex={-1} aria-selected={i === active} onPointerDown={(event) => {
            event.preventDefault()
            choose(option)
          }}>
            <span className="mono">{option.written}</span> <span className="muted">{option.hint}</span>
          </div>
        ))}
      </div>
    </form>
  )
}

/** From the filter the keyboard goes to what it found, without a tab through all between. */
function toResults() {
  const content = document.getElementById('content')
  const results = content?.querySelector<HTMLElement>('[role=grid]') ?? content
  results?.focus({ preventScroll: true })
}

/** What is wrong, and where: the text from the mistake on is marked. */
function FilterMistake({ id, filter, error: { message, hint, at } }: { id: string; filter: string; error: FilterError }) {
  const characters = [...filter]
  // The server points at the dot of a name; the mistake is the whole name.
  let start = at ?? 0
  while (start > 0 && characters[at ?? 0] === '.' && /[\w.]/.test(characters[start - 1]!)) start--
  return (
    <p id={id} role="alert" className="filter-error">
      {at !== null && <span className="mono">{characters.slice(Math.max(0, start - 30), start).join('')}<mark>{characters.slice(start, at + 30).join('') || '⎵'}</mark> </span>}
      {/[.?!]$/.test(message) ? message : `${message}.`} <span className="muted">{hint}</span>
    </p>
  )
}

function useOptions(place: Completion | null, records: string[]): Option[] {
  const fields = useFields()
  const { query: range } = useRange()
  const values = useValues(place?.kind === 'value' ? place : null, range)
  if (!place) return []
  if (place.kind === 'field') return fieldOptions(fields.data?.fields ?? [], place.prefix, records)
  const type = fields.data?.fields.find((field) => field.name === place.field)?.type
  return (values.data?.values ?? []).map(({ value, count }) => ({ written: type === 'string' ? literal(value) : value, hint: String(count) })).slice(0, shownOptions)
}

/** Fields, in the order of their records, by the beginning of their full name, or of the part behind the record: "st" finds call.status. */
function fieldOptions(fields: FieldInfo[], prefix: string, records: string[]): Option[] {
  const rank = ({ name }: FieldInfo) => records.indexOf(name.split('.')[0]!)
  return fields
    .filter(({ name }) => records.includes(name.split('.')[0]!) && name !== prefix && (name.startsWith(prefix) || name.slice(name.indexOf('.') + 1).startsWith(prefix)))
    .toSorted((a, b) => rank(a) - rank(b))
    .map(({ name, doc }) => ({ written: name, hint: doc }))
    .slice(0, shownOptions)
}
