import { useId, type ReactNode } from 'react'
import { Button } from '@mantine/core'
import { ErrorNotice } from '../../components/Notice'

type FormProps = {
  label: string
  save: string
  onSave: () => void
  pending: boolean
  /** What no field of the form shows. */
  error: unknown
  /** Nothing to save yet. */
  unchanged?: boolean
  /** The fields are shown and cannot be changed. */
  readOnly?: boolean
  children: ReactNode
  /** Further buttons beside the one that saves. */
  beside?: ReactNode
}

/** Fields with one button that saves them; what is wrong with one stands below it, what is wrong otherwise above the button. */
export function Form({ label, save, onSave, pending, error, unchanged = false, readOnly = false, children, beside }: FormProps) {
  return (
    <form className="setting-form" aria-label={label} onSubmit={(event) => {
      event.preventDefault()
      onSave()
    }}>
      <fieldset disabled={readOnly}>{children}</fieldset>
      {error !== null && error !== undefined && <ErrorNotice error={error} />}
      {!readOnly && (
        <div className="row">
          <Button type="submit" size="compact-sm" loading={pending} disabled={unchanged}>{save}</Button>
          {beside}
        </div>
      )}
    </form>
  )
}

type Described = { id: string; 'aria-invalid': true | undefined; 'aria-describedby': string | undefined }
type FieldProps = { label: string; hint?: ReactNode; error?: string | undefined; children: (described: Described) => ReactNode }

/** One field with its label, what it is for, and what is wrong with it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="setting-field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-invalid': error ? true : undefined, 'aria-describedby': described || undefined })}
      {hint && <p id={`${id}-hint`} className="muted small">{hint}</p>}
      {error && <p id={`${id}-error`} role="alert" className="filter-error">{error}</p>}
    </div>
  )
}

type TextProps = {
  label: string
  value: string
  onChange: (value: string) => void
  hint?: ReactNode
  error?: string | undefined
  required?: boolean
  placeholder?: string
  mono?: boolean
  maxLength?: number
  type?: 'text' | 'number' | 'password'
  autoComplete?: string
  minLength?: number
  /** What the browser offers while typing. */
  suggestions?: string[] | undefined
}

/** A field of one line. */
export function TextField({ label, value, onChange, hint, error, suggestions, mono, autoComplete = 'off', ...input }: TextProps) {
  const list = useId()
  return (
    <Field label={label} hint={hint} error={error}>
      {(described) => (
        <>
          <input {...described} {...input} {...(input.type === 'number' ? { min: 0, step: 'any' } : {})} className={mono ? 'filter-input mono' : 'filter-input'} autoComplete={autoComplete} spellCheck={false}
            list={suggestions ? list : undefined} value={value} onChange={(event) => onChange(event.target.value)} />
          {suggestions && <datalist id={list}>{suggestions.map((suggestion) => <option key={suggestion}>{suggestion}</option>)}</datalist>}
        </>
      )}
    </Field>
  )
}

/** A field of several entries, one a line. */
export function LinesField({ label, value, onChange, hint, error, placeholder }: Pick<TextProps, 'label' | 'value' | 'onChange' | 'hint' | 'error' | 'placeholder'>) {
  const rows = Math.min(8, Math.max(2, value.split('\n').length))
  return (
    <Field label={label} hint={hint} error={error}>
      {(described) => <textarea {...described} className="filter-input setting-lines mono" rows={rows} spellCheck={false} placeholder={placeholder} value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  )
}

type Option = { value: string; label: string }

export function SelectField({ label, value, onChange, options, hint, error }: { label: string; value: string; onChange: (value: string) => void; options: Option[]; hint?: ReactNode; error?: string | undefined }) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(described) => (
        <select {...described} className="filter-input" value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
        </select>
      )}
    </Field>
  )
}
