import { beforeEach, expect, test } from 'vitest'
import { Problem } from '../api/client'
import { filterError } from './filterError'
import { recentFilters, rememberFilter } from './recent'

const problem = (detail: string, status = 400) => new Problem(status, 'Bad Request', detail, 'Write conditions')

test('the place is counted in what the person wrote, not in what was sent', () => {
  const written = 'call.statsu >= 500'
  const sent = `call.side == "server" && ${written}`
  expect(filterError(problem('filter: line 1, column 26: there is no field call.statsu'), written, sent)).toEqual({ message: 'there is no field call.statsu', hint: 'Write conditions', at: 0 })
  expect(filterError(problem('filter: line 1, column 5: x'), 'a 🙂 b')?.at).toBe(4)
})

test('an error without a place, or beyond the text, still has its message', () => {
  expect(filterError(problem('filter: the filter is 5000 bytes long'), 'x')).toMatchObject({ message: 'the filter is 5000 bytes long', at: null })
  expect(filterError(problem('filter: line 1, column 99: x'), 'x')?.at).toBeNull()
})

test('other errors are not about the filter', () => {
  expect(filterError(problem('from: bad'), 'x')).toBeNull()
  expect(filterError(problem('filter: x', 500), 'x')).toBeNull()
  expect(filterError(new Error('filter: x'), 'x')).toBeNull()
})

beforeEach(() => localStorage.clear())

test('recent filters: newest first, each once, eight at most, apart by record', () => {
  for (let i = 0; i < 10; i++) rememberFilter(['call'], `f${i}`)
  rememberFilter(['call'], 'f5')
  rememberFilter(['session'], 's')
  expect(recentFilters(['call'])).toEqual(['f5', 'f9', 'f8', 'f7', 'f6', 'f4', 'f3', 'f2'])
  localStorage.setItem('clickspan-filters-call', '{"evil":1')
  expect(recentFilters(['call'])).toEqual([])
})
