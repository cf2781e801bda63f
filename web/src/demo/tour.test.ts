import { beforeEach, expect, test } from 'vitest'
import { readSmall, readStep, setTourSmall, setTourStep, stepCount } from './tour'

beforeEach(() => localStorage.clear())

test('a new reader begins at the first step', () => expect(readStep()).toBe(1))

test('a step is remembered, and so is the end', () => {
  setTourStep(3)
  expect(readStep()).toBe(3)
  setTourStep(null)
  expect(readStep()).toBeNull()
})

test('a tour that is folded away stays so, at its step', () => {
  expect(readSmall()).toBe(false)
  setTourStep(2)
  setTourSmall(true)
  expect([readSmall(), readStep()]).toEqual([true, 2])
})

test('what nobody wrote does not bring the tour back', () => {
  for (const kept of ['', '0', String(stepCount + 1), '2.5', 'x']) {
    localStorage.setItem('clickspan-tour', kept)
    expect(readStep()).toBeNull()
  }
})
