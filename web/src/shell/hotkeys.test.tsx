import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { useHotkeys } from './hotkeys'

afterEach(cleanup)

function Page({ actions }: { actions: Record<string, () => void> }) {
  useHotkeys(actions)
  return <input aria-label="field" />
}

const press = (key: string, target: Element = document.body, more = {}) => fireEvent.keyDown(target, { key, ...more })

test('single keys and sequences', () => {
  const help = vi.fn()
  const calls = vi.fn()
  render(<Page actions={{ '?': help, 'g c': calls }} />)
  press('?')
  press('c')
  press('g')
  press('c')
  expect([help.mock.calls.length, calls.mock.calls.length]).toEqual([1, 1])
})

test('a broken sequence is forgotten', () => {
  const calls = vi.fn()
  render(<Page actions={{ 'g c': calls }} />)
  for (const key of ['g', 'x', 'c']) press(key)
  expect(calls).not.toHaveBeenCalled()
})

test('typing and browser shortcuts are left alone', () => {
  const find = vi.fn()
  render(<Page actions={{ '/': find, r: find }} />)
  press('/', screen.getByLabelText('field'))
  press('r', document.body, { ctrlKey: true })
  expect(find).not.toHaveBeenCalled()
})
