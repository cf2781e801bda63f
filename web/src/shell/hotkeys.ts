import { useEffect, useEffectEvent } from 'react'

/** Reports whether a key belongs to the field being typed in, or to a shortcut of the browser. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true
  const target = event.target as HTMLElement
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

const sequenceMs = 1200

/** Listens for single keys ("?", "D") and two-key sequences ("g o") on the whole page, except while a person types. */
export function useHotkeys(actions: Record<string, () => void>) {
  const run = useEffectEvent((keys: string) => {
    const action = actions[keys]
    action?.()
    return action !== undefined
  })
  useEffect(() => {
    let first = ''
    let timer = 0
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return
      const keys = first ? `${first} ${event.key}` : event.key
      first = ''
      clearTimeout(timer)
      if (run(keys)) event.preventDefault()
      else if (event.key === 'g') {
        first = 'g'
        timer = window.setTimeout(() => (first = ''), sequenceMs)
      }
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
      clearTimeout(timer)
    }
  }, [])
}
