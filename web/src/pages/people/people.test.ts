import { expect, test } from 'vitest'
import type { PersonRow } from '../../api/segments'
import { distinct, failedWords, visitedWords } from './people'

test('the title counts people', () => {
  expect(visitedWords(1240)).toBe('1,240 people visited')
  expect(visitedWords(1)).toBe('1 person visited')
  expect(failedWords(312)).toBe('312 met a failed call')
  expect(failedWords(0)).toBe('none met a failed call')
})

test('somebody who came again while the next page was read is listed once', () => {
  const row = (id: string) => ({ id }) as PersonRow
  expect(distinct([row('a'), row('b'), row('a')]).map(({ id }) => id)).toEqual(['a', 'b'])
})
