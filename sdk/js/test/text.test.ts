import { expect, test } from 'vitest'
import { redact, shorten } from '../src/text.js'

test('numbers and e-mail addresses are removed from texts', () => {
  expect(redact('Pay 49.90 € to bob@example.com')).toBe('Pay # € to …')
  expect(redact('IBAN DE89 3704 0044')).toBe('IBAN DE#')
  expect(redact('٤٢ طلبات')).toBe('# طلبات')
  expect(redact('Show orders')).toBe('Show orders')
})

test('a text is cut between characters', () => {
  expect(shorten('😀'.repeat(5), 3)).toBe('😀😀…')
  expect(shorten('abc', 3)).toBe('abc')
})
