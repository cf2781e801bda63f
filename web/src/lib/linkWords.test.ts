import { expect, test } from 'vitest'
import { explainLink, sureness } from './linkWords'

test('an id makes sure, times do not', () => {
  expect(explainLink({ method: 'request_id', confidence: 0.95 })).toBe('sure (95 %): both carry the same request id')
  expect(explainLink({ method: 'match', confidence: 0.95 })).toBe('likely (95 %): same method, path and status at the same time in one visit')
  expect(sureness('window', 0.5)).toBe('a guess')
})

test('a further tier is as sure as the tier it follows, and says so', () => {
  expect(explainLink({ method: 'request_id', confidence: 0.6 })).toBe("a guess (60 %): same request id as another server's part of the request, whose own link to the browser is no surer")
  expect(sureness('trace', 0.8)).toBe('likely')
})
