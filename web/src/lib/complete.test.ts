import { expect, test } from 'vitest'
import { complete, completionAt } from './complete'

const at = (text: string) => completionAt(text, text.length)

test('a word is the beginning of a field', () => {
  expect(at('call.st')).toEqual({ kind: 'field', prefix: 'call.st', start: 0 })
  expect(at('call.status >= 500 && (sess')).toEqual({ kind: 'field', prefix: 'sess', start: 23 })
  expect(at('!call.l')).toEqual({ kind: 'field', prefix: 'call.l', start: 1 })
})

test('after a comparison comes a value, with or without its quote', () => {
  expect(at('call.route == "/or')).toEqual({ kind: 'value', field: 'call.route', prefix: '/or', start: 14 })
  expect(at('call.status != 50')).toEqual({ kind: 'value', field: 'call.status', prefix: '50', start: 15 })
  expect(at('call.method == ')).toEqual({ kind: 'value', field: 'call.method', prefix: '', start: 15 })
})

test.each(['', 'call.status ', 'call.path.contains("call.st', 'call.route == "/a"', 'call.duration_ms > 10'])('nothing to complete in %j', (text) => {
  expect(at(text)).toBeNull()
})

test('what is chosen replaces what was begun, a closing quote too', () => {
  expect(complete('call.st', 7, 0, 'call.status')).toEqual({ text: 'call.status', caret: 11 })
  expect(complete('call.route == "/o" && x', 17, 14, '"/orders"')).toEqual({ text: 'call.route == "/orders" && x', caret: 23 })
})
