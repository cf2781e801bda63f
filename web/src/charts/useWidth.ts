import { useEffect, useRef, useState } from 'react'

/** Measures an element, so that SVG is drawn 1:1 and its text keeps its size. */
export function useWidth<E extends HTMLElement>(initial = 600) {
  const ref = useRef<E>(null)
  const [width, setWidth] = useState(initial)
  useEffect(() => {
    const element = ref.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(240, Math.floor(entry.contentRect.width)))
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, width] as const
}
