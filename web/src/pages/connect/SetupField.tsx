import { useEffect, useEffectEvent, useId, useState } from 'react'

const pauseMs = 400

type Props = {
  label: string
  value: string | undefined
  example: string
  /** What is typed, at each pause: the URL keeps it. */
  onValue: (value: string | undefined) => void
  /** What was typed when the field is left or Enter is pressed: whole, as a key needs it. */
  onDone?: (value: string | undefined) => void
  error?: string | undefined
}

/** A text that counts as it is typed. */
export function SetupField({ label, value, example, onValue, onDone, error }: Props) {
  const id = useId()
  const [text, setText] = useState(value ?? '')
  const typed = text.trim()
  const apply = useEffectEvent(() => {
    if (typed !== (value ?? '')) onValue(typed || undefined)
  })
  useEffect(() => {
    const timer = setTimeout(() => apply(), pauseMs)
    return () => clearTimeout(timer)
  }, [typed])
  const leave = () => {
    if (typed !== (value ?? '')) onValue(typed || undefined)
    onDone?.(typed || undefined)
  }
  return (
    <form className="setup-field" action={leave}>
      <label htmlFor={id}>{label}</label>
      <input id={id} value={text} placeholder={example} spellCheck={false} autoComplete="off" aria-invalid={error ? true : undefined} aria-describedby={error ? `${id}-error` : undefined}
        onChange={(event) => setText(event.target.value)} onBlur={leave} />
      {error && <p id={`${id}-error`} role="alert" className="filter-error">{error}</p>}
    </form>
  )
}
