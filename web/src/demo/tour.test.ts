import { beforeEach, expect, test } from 'vitest'
import { comingWords } from './comingWords'
import { isAt, steps } from './tourSteps'
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

test('a step is left where its page ends', () => {
  expect(steps).toHaveLength(stepCount)
  expect([isAt(1, '/'), isAt(1, '/calls'), isAt(2, '/endpoints/x'), isAt(2, '/endpoints'), isAt(5, '/find'), isAt(5, '/sessions/s')]).toEqual([true, false, true, false, true, true])
})

test('what will happen is said with the time that is left', () => {
  const pay = { endpoint: 'POST /api/payments', effect: 'fail', since: '' } as const
  expect(comingWords(pay, '16:21', 100_000)).toContain('begins to fail at 16:21, in 1 min 40 s')
  expect(comingWords(pay, '16:21', 900)).toContain('in 1 s')
  expect(comingWords(pay, '16:21', 0)).toContain('fails since 16:21')
})
