import { act, cleanup, render, screen } from '@testing-library/react'
import { QueryClient, QueryClientProvider, QueryObserver } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { PreferencesProvider, useRange } from '../lib/view'
import { clockStep, isReadingOn, useClock } from './useClock'

const start = Date.parse('2026-11-23T12:00:00Z')
const minute = 60_000

beforeEach(() => void vi.useFakeTimers({ now: start, toFake: ['Date', 'setInterval', 'clearInterval'] }))
afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function Page() {
  useClock()
  const { to } = useRange()
  return <output>{(to - start) / 1000}</output>
}

async function open(search: string) {
  const router = createRouter({ routeTree: createRootRoute({ component: Page }), history: createMemoryHistory({ initialEntries: [`/${search}`] }) })
  render(<QueryClientProvider client={new QueryClient()}><PreferencesProvider><RouterProvider router={router as never} /></PreferencesProvider></QueryClientProvider>)
  await screen.findByRole('status')
}

const shown = () => Number(screen.getByRole('status').textContent)

test('a tab left open shows the last day up to now, and keeps its questions in between', async () => {
  await open('')
  act(() => void vi.advanceTimersByTime(25_000))
  expect(shown()).toBe(0)
  act(() => void vi.advanceTimersByTime(10_000))
  expect(shown()).toBeGreaterThanOrEqual(30)
})

test('a range with an end stays as it is', async () => {
  await open('?from=2026-11-23T10:00:00Z&to=2026-11-23T11:00:00Z')
  act(() => void vi.advanceTimersByTime(5 * minute))
  expect(shown()).toBe(-3600)
})

test('a tab that nobody sees asks nothing until it is seen again', async () => {
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  await open('?from=1h')
  act(() => void vi.advanceTimersByTime(5 * minute))
  expect(shown()).toBe(0)
  hidden.mockReturnValue(false)
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
  expect(shown()).toBe(300)
})

test('a long range moves in longer steps', () => {
  expect([clockStep(15 * minute), clockStep(24 * 60 * minute), clockStep(7 * 24 * 60 * minute)]).toEqual([30_000, 30_000, 210_000])
})

test('a list that somebody reads on in keeps its place', () => {
  const client = new QueryClient()
  client.setQueryData(['calls'], { pages: [1] })
  const stop = new QueryObserver(client, { queryKey: ['calls'], queryFn: () => ({ pages: [1] }), staleTime: Infinity }).subscribe(() => {})
  expect(isReadingOn(client)).toBe(false)
  client.setQueryData(['calls'], { pages: [1, 2] })
  expect(isReadingOn(client)).toBe(true)
  stop()
  expect(isReadingOn(client)).toBe(false)
})
