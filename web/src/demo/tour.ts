// Where the reader is in the tour. It lies in this browser, so that it survives navigation, reloads and another visit.
import { useSyncExternalStore } from 'react'

export const stepCount = 6
const key = 'clickspan-tour'
const listeners = new Set<() => void>()

/** The step of the tour, 1 to 6; null when it was finished or sent away. Who has never seen it begins at 1. */
export function useTourStep(): number | null {
  return useSyncExternalStore(listen, readStep)
}

/** Goes to a step; null ends the tour. */
export function setTourStep(step: number | null) {
  localStorage.setItem(key, String(step ?? 'over'))
  for (const listener of listeners) listener()
}

export function readStep(): number | null {
  const kept = localStorage.getItem(key)
  if (kept === null) return 1
  const step = Number(kept)
  return Number.isInteger(step) && step >= 1 && step <= stepCount ? step : null
}

const smallKey = 'clickspan-tour-small'

/** Whether the tour is folded away to a button, so that it covers nothing. */
export function useTourSmall(): boolean {
  return useSyncExternalStore(listen, readSmall)
}

export function setTourSmall(small: boolean) {
  localStorage.setItem(smallKey, String(small))
  for (const listener of listeners) listener()
}

export function readSmall(): boolean {
  return localStorage.getItem(smallKey) === 'true'
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
