import { useEffect, useEffectEvent, useId, useState, type ReactNode } from 'react'
import './ask.css'

const settleMs = 400

type DraftProps = {
  /** Names the field where no label is in sight. */
  label?: string
  value: string
  onChange: (value: string) => void
  placeholder?: string
  suggestions?: string[]
  mono?: boolean
  error?: string | undefined
  maxLength?: number
}

/** A text that is asked about as soon as the typing rests, or with Enter. */
export function DraftInput({ label, value, onChange, placeholder, suggestions, mono, error, maxLength = 4096 }: DraftProps) {
  const list = useId()
  const [text, setText] = useState(value)
  const [seen, setSeen] = useState(value)
  if (value !== seen) {
    setSeen(value)
    // What comes back of the own typing keeps the space that is being typed.
    if (text.trim() !== value) setText(value)
  }
  const settle = useEffectEvent(() => {
    if (text.trim() !== value) onChange(text.trim())
  })
  useEffect(() => {
    const timer = setTimeout(settle, settleMs)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <>
      <input aria-label={label} aria-invalid={error ? true : undefined} aria-describedby={error ? `${list}-error` : undefined} className={mono ? 'mono' : undefined} list={suggestions ? list : undefined}
        value={text} placeholder={placeholder} maxLength={maxLength} autoComplete="off" spellCheck={false}
        onChange={(event) => setText(event.target.value)} onBlur={() => text.trim() !== value && onChange(text.trim())}
        onKeyDown={(event) => event.key === 'Enter' && text.trim() !== value && onChange(text.trim())} />
      {suggestions && <datalist id={list}>{suggestions.map((suggestion) => <option key={suggestion}>{suggestion}</option>)}</datalist>}
      {error && <p id={`${list}-error`} role="alert" className="filter-error whole">{error}</p>}
    </>
  )
}

/** A field with its label above. */
export function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return <label className="ask-field"><span>{label}</span>{children}</label>
}

type ChoiceProps = { label: string; value: string; options: readonly { value: string; label: string }[]; onChange: (value: string) => void }

export function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <Labelled label={label}>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
      </select>
    </Labelled>
  )
}

/** A whole number of at least one; the default when the field is empty. */
export function NumberField({ label, value, onChange, max }: { label: string; value: number; onChange: (value: number | undefined) => void; max: number }) {
  return (
    <Labelled label={label}>
      <input type="number" min={1} max={max} step={1} value={value} onChange={(event) => {
        const next = event.target.valueAsNumber
        onChange(Number.isInteger(next) ? Math.max(1, Math.min(max, next)) : undefined)
      }} />
    </Labelled>
  )
}

const units = [{ value: 'person', label: 'people' }, { value: 'session', label: 'visits' }, { value: 'account', label: 'accounts' }, { value: 'property:', label: 'values of a property' }]

/** Who is counted: people, visits, accounts, or the values of a property. */
export function UnitField({ value, onChange, error }: { value: string | undefined; onChange: (value: string | undefined) => void; error?: string | undefined }) {
  const byProperty = value?.startsWith('property:') ?? false
  return (
    <>
      <Choice label="Count" value={byProperty ? 'property:' : value ?? 'person'} options={units} onChange={(next) => onChange(next === 'person' ? undefined : next)} />
      {byProperty && <Labelled label="Property"><DraftInput value={value!.slice('property:'.length)} placeholder="plan" mono error={error} onChange={(name) => onChange(`property:${name}`)} /></Labelled>}
    </>
  )
}

/** The fields of a builder: beside the answer on a wide screen, folded above it on a phone. */
export function AskForm({ summary, children }: { summary: ReactNode; children: ReactNode }) {
  const [open] = useState(() => matchMedia('(min-width: 1001px)').matches)
  return (
    <details className="ask-form" open={open}>
      <summary>{summary}</summary>
      <div className="stack">{children}</div>
    </details>
  )
}
