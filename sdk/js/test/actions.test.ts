import { afterEach, beforeEach, expect, test, vi } from 'vitest'

type Actions = typeof import('../src/actions.js')
let actions: Actions

beforeEach(async () => {
  vi.useFakeTimers()
  vi.resetModules()
  actions = await import('../src/actions.js')
})
afterEach(() => void vi.useRealTimers())

const wait = (ms: number) => vi.advanceTimersByTime(ms)

test('a call right after an action is caused by it', () => {
  expect(actions.beginCause('GET /a')).toBeUndefined()
  const action = actions.beginAction()
  wait(100)
  expect(actions.beginCause('GET /a')).toEqual({ action, how: 'direct' })
})

test('a call during or right after a caused call joins the chain, a later one does not', () => {
  const action = actions.beginAction()
  const first = actions.beginCause('GET /a')!
  wait(3000)
  expect(actions.beginCause('GET /b')?.how).toBe('chain')
  actions.endCause({ action, how: 'chain' })
  actions.endCause(first)
  wait(100)
  const last = actions.beginCause('GET /c')!
  expect(last.how).toBe('chain')
  actions.endCause(last)
  wait(101)
  expect(actions.beginCause('GET /d')).toBeUndefined()
})

test('no chain is longer than ten seconds', () => {
  actions.beginAction()
  actions.beginCause('GET /slow')
  wait(10_001)
  expect(actions.beginCause('GET /a')).toBeUndefined()
})

test('a route that the page calls by itself joins no chain', () => {
  for (let i = 0; i < 2; i++) actions.beginCause('GET /poll')
  actions.beginAction()
  actions.beginCause('GET /mine')
  wait(500)
  expect(actions.beginCause('GET /poll')).toBeUndefined()
  expect(actions.beginCause('GET /other')?.how).toBe('chain')
})
