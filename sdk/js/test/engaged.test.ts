import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const recordEvent = vi.hoisted(() => vi.fn())
vi.mock('../src/record.js', () => ({ recordEvent }))

const load = async () => (await import('../src/engaged.js')).noteEngaged
const told = (): number[] => recordEvent.mock.calls.map(([record]) => record.properties.engaged_ms)

beforeEach(() => {
  vi.resetModules()
  recordEvent.mockClear()
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => void vi.useRealTimers())

test('the time in which a page was visible is told in pieces', async () => {
  const noteEngaged = await load()
  noteEngaged(true)
  vi.advanceTimersByTime(4_000)
  noteEngaged(false)
  vi.advanceTimersByTime(60_000)
  noteEngaged(true)
  vi.advanceTimersByTime(1_500)
  noteEngaged(true) // a route change: the next view begins
  vi.advanceTimersByTime(700)
  noteEngaged(false)
  expect(told()).toEqual([4_000, 1_500, 700])
  expect(recordEvent.mock.calls[0]![0]).toEqual({ kind: 'web_vital', name: 'engaged', properties: { engaged_ms: 4_000 } })
})

test('a page that was never visible tells nothing, and leaving is told once', async () => {
  const noteEngaged = await load()
  noteEngaged(false)
  vi.advanceTimersByTime(5_000)
  noteEngaged(false)
  expect(told()).toEqual([])
  noteEngaged(true)
  vi.advanceTimersByTime(5_000)
  noteEngaged(false) // pagehide
  vi.advanceTimersByTime(20)
  noteEngaged(false) // visibilitychange
  expect(told()).toEqual([5_000])
})
