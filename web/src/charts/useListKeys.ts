import { useEffect, useEffectEvent, useState } from 'react'
import { isTyping } from '../shell/hotkeys'

type ListKeys = {
  count: number
  /** Index of the current row, -1 when there is none; asked at the key press, because the focus moves without a render. */
  current: () => number
  onMove: (index: number) => void
  onOpen?: (index: number) => void
  onClose?: () => void
}

const steps: Record<string, number> = { j: 1, k: -1 }

/** j and k walk the page's main list from anywhere on the page, Enter opens the row, Escape closes what is open. */
export function useListKeys({ count, current, onMove, onOpen, onClose }: ListKeys) {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (isTyping(event) || event.defaultPrevented || document.querySelector('dialog[open]')) return
    const step = steps[event.key]
    const at = current()
    if (step && count > 0) onMove(Math.max(0, Math.min(count - 1, at + step)))
    else if (event.key === 'Escape' && onClose) onClose()
    else if (event.key === 'Enter' && onOpen && at >= 0 && !isControl(event.target)) onOpen(at)
    else return
    event.preventDefault()
  })
  useEffect(() => {
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}

/** Escape closes what a number or a row opened, and the focus goes back there. */
export function useEscape(onClose: () => void) {
  const [opener] = useState(() => document.activeElement)
  useListKeys({
    count: 0, current: () => -1, onMove: () => {},
    onClose: () => {
      onClose()
      if (opener instanceof HTMLElement) opener.focus()
    },
  })
}

/** Enter on a link or a button belongs to it. */
function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('a, button, [role=application]') !== null
}
