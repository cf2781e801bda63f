import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const load = async () => {
  vi.resetModules()
  return import('../src/visitor.js')
}

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers()
})
afterEach(() => void vi.useRealTimers())

test('nothing is stored before consent, and everything is gone after a refusal', async () => {
  const visitor = await load()
  visitor.touch()
  expect(localStorage.length).toBe(0)
  expect(visitor.ids().device_id).toBeUndefined()
  visitor.keepVisitor()
  expect(visitor.ids().device_id).toHaveLength(32)
  visitor.forgetVisitor()
  expect(localStorage.length).toBe(0)
})

test('a visit goes on from page to page, and ends after half an hour of silence', async () => {
  const first = await load()
  first.keepVisitor()
  const { session_id, device_id } = first.ids()
  vi.advanceTimersByTime(29 * 60_000)
  const second = await load()
  second.keepVisitor()
  second.touch()
  expect(second.ids()).toMatchObject({ session_id, device_id })
  vi.advanceTimersByTime(31 * 60_000)
  second.touch()
  expect(second.ids().device_id).toBe(device_id)
  expect(second.sessionId()).not.toBe(session_id)
})

test('a visit ends after a day, however busy', async () => {
  const visitor = await load()
  const before = visitor.sessionId()
  for (let i = 0; i < 25 * 3; i++) {
    vi.advanceTimersByTime(20 * 60_000)
    visitor.touch()
  }
  expect(visitor.sessionId()).not.toBe(before)
})

test('a broken or foreign entry in storage costs nothing', async () => {
  for (const text of ['{', 'null', '{}', '[]', '7']) {
    localStorage.setItem('clickspan', text)
    const visitor = await load()
    visitor.keepVisitor()
    expect(visitor.ids()).toMatchObject({ session_id: expect.stringMatching(/^[\da-f]{32}$/), device_id: expect.stringMatching(/^[\da-f]{32}$/) })
  }
})

test('who signed in stays signed in until the sign-out', async () => {
  const first = await load()
  first.keepVisitor()
  first.identify('u1', 'acme')
  const second = await load()
  second.keepVisitor()
  expect(second.ids()).toMatchObject({ user_id: 'u1', account_id: 'acme' })
  second.changeVisitor()
  expect(second.ids().user_id).toBeUndefined()
  expect(second.ids().device_id).not.toBe(first.ids().device_id)
})
