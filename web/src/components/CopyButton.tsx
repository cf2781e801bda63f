import { useEffect, useState } from 'react'

/** Copies a text. Where the browser gives no clipboard, as on plain http, it shows the text, selected as a whole by a click. */
export function CopyButton({ label, text }: { label: string; text: () => string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'shown'>('idle')
  useEffect(() => {
    if (state !== 'copied') return
    const timer = setTimeout(() => setState('idle'), 1500)
    return () => clearTimeout(timer)
  }, [state])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text())
      setState('copied')
    } catch {
      setState('shown')
    }
  }
  return (
    <>
      <button type="button" className="plain-button" onClick={() => void copy()}><span aria-live="polite">{state === 'copied' ? 'copied' : label}</span></button>
      {state === 'shown' && <pre className="copy-text">{text()}</pre>}
    </>
  )
}
