import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SetupField } from './SetupField'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const type = (text: string) => fireEvent.change(screen.getByLabelText('Field'), { target: { value: text } })
const wait = (ms: number) => act(() => void vi.advanceTimersByTime(ms))

test('what is typed counts at the next pause, once', () => {
  const onValue = vi.fn()
  render(<SetupField label="Field" value={undefined} example="" onValue={onValue} />)
  type('10.0')
  wait(200)
  type('10.0.0.5:8081 ')
  wait(200)
  expect(onValue).not.toHaveBeenCalled()
  wait(1000)
  expect(onValue.mock.calls).toEqual([['10.0.0.5:8081']])
})

test('a field is done only once it is left', () => {
  const onDone = vi.fn()
  render(<SetupField label="Field" value={undefined} example="" onValue={() => {}} onDone={onDone} />)
  type('https://shop.ex')
  wait(5000)
  expect(onDone).not.toHaveBeenCalled()
  fireEvent.blur(screen.getByLabelText('Field'))
  expect(onDone).toHaveBeenCalledWith('https://shop.ex')
})
