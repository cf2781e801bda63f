import { useEffect, useEffectEvent } from 'react'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useRouterState } from '@tanstack/react-router'
import { defaultRange, parseRelative } from '../lib/time'
import { usePreferences, useViewSearch } from '../lib/view'

const shortestStep = 30_000
const onNavigation = 5_000

/** How often "now" moves for a range of this length, in milliseconds: a long range looks the same for longer, and costs more to ask. */
export function clockStep(range: number): number {
  return Math.max(shortestStep, range / 2880)
}

/** Whether somebody has read on down a list: it would lose its place if it began anew. */
export function isReadingOn(client: QueryClient): boolean {
  return client.getQueryCache().findAll({ type: 'active' }).some(({ state: { data } }) => {
    const pages = typeof data === 'object' && data !== null && 'pages' in data ? data.pages : undefined
    return Array.isArray(pages) && pages.length > 1
  })
}

/** Moves the page's "now" on while the range ends there: step by step in a tab that is seen, and with every change of page. */
export function useClock() {
  const { now, refresh } = usePreferences()
  const { from, to } = useViewSearch()
  const client = useQueryClient()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const relative = to ? null : parseRelative(from ?? defaultRange)
  const step = relative ? clockStep(relative) : null
  const moveOn = useEffectEvent((least: number) => {
    if (relative && !document.hidden && Date.now() - now >= least && !isReadingOn(client)) refresh()
  })
  useEffect(() => moveOn(onNavigation), [path])
  useEffect(() => {
    if (!step) return
    // What is still being answered would be asked anew, and a slow question never be answered.
    const look = () => client.isFetching() === 0 && moveOn(step)
    // Looks at a part of the step, so that a tab that comes back, or a list that was left, does not wait for a whole one.
    const timer = setInterval(look, shortestStep / 6)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [step, client])
}
