import { useEffect, useEffectEvent, useState } from 'react'

const pauseMs = 400

type Props = {
  label: string
  value: string | undefined
  example: string
  onValue: (value: string | undefined) => void
  /** Whether it counts at a pause in typing. What is asked for or gets a key must be whole first: it counts once it is left. */
  asYouType?: boolean
}

/** A text that counts once it is left or Enter is pressed, or as it is typed. */
export function SetupField({ label, value, example, onValue, asYouType = false }: Props) {
  const [text, setText] = useState(value ?? '')
  const typed = text.trim()
  const apply = useEffectEvent(() => {
    if (typed !== (value ?? '')) onValue(typed || undefined)
  })
  useEffect(() => {
    if (!asYouType) return
    const timer = setTimeout(() => apply(), pauseMs)
    return () => clearTimeout(timer)
  }, [typed, asYouType])
  const leave = () => onValue(typed || undefined)
  return (
    <form className="setup-field" action={leave}>
      <label>
        <span>{label}</span>
        <input value={text} placeholder={example} spellCheck={false} autoComplete="off" onChange={(event) => setText(event.target.value)} onBlur={leave} />
      </label>
    </form>
  )
}
