import { expect, test } from 'vitest'
import { Problem } from '../api/client'
import { fieldsInWords, fieldWords, hintWords } from './fieldWords'

test('a field is named as the page names it', () => {
  expect([fieldWords('steps[1].where'), fieldWords('query.site'), fieldWords('exclude[0].to_step'), fieldWords('window'), fieldWords('some_thing')])
    .toEqual(['Step 2, only where', 'Your site', 'Exclusion 1, before', 'All within', 'Some thing'])
})

test('what is wrong is said without line numbers and grammars', () => {
  const problem = new Problem(400, 'Bad Request', '', '', [{ path: 'filter', message: "line 1, column 11: mismatched input '<EOF>' expecting {'[', IDENTIFIER}" }, { path: 'window', message: '"1x" is not a duration; write 90d, 2w or 36h' }])
  expect(fieldsInWords(problem)).toEqual([
    { field: 'The filter', message: 'It ends too early. (at character 11)' },
    { field: 'All within', message: '"1x" is not a duration; write 90d, 2w or 36h.' },
  ])
  expect(fieldsInWords(new Problem(503, 'Busy', '', '', [{ path: 'filter', message: '' }]))).toEqual([])
})

test('a hint for programs is left out', () => {
  expect(hintWords('Write conditions such as: call.status >= 500. GET /api/v1/fields lists the fields.')).toBe('Write conditions such as: call.status >= 500.')
  expect(hintWords('GET /api/v1/segments lists them.')).toContain('Choose another segment')
})
