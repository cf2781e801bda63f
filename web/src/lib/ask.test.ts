import { expect, test } from 'vitest'
import { asFlag, asNumber, asOneOf, asStep, readAsk, writeAsk, type Shape } from './ask'
import { toCsv } from './csv'
import { durationMs, durationWords } from './duration'
import { periodName, periodOf, periodStart, usualPeriod } from './periods'
import { didWords, neverWords, stepName } from './questionWords'
import { asFilter } from './where'

type Question = { n?: number; kind?: 'a' | 'b'; on?: boolean }
const shape: Shape<Question> = { n: asNumber, kind: asOneOf('a', 'b'), on: asFlag }

test('a question survives the URL; what is none, or of another page, is left out', () => {
  expect(readAsk(writeAsk({ n: 3, kind: 'b', on: true }), shape)).toEqual({ n: 3, kind: 'b', on: true })
  expect(readAsk('{"n":"3","kind":"c","on":1,"project":"other"}', shape)).toEqual({})
  for (const text of [undefined, '', '[1]', 'null', '{"n":', '"text"']) expect(readAsk(text, shape)).toEqual({})
  expect(writeAsk({})).toBeUndefined()
  expect(writeAsk({ n: undefined })).toBeUndefined()
})

test('a step has one kind, and may be without a name while it is written', () => {
  expect(asStep({ page: '/p/{id}', template: true, where: 'device == "mobile"' })).toEqual({ page: '/p/{id}', template: true, where: 'device == "mobile"' })
  expect(asStep({ call: 'POST /orders', template: true })).toEqual({ call: 'POST /orders' })
  expect(asStep({ event: '', page: '/' })).toEqual({ event: '' })
  expect(asStep({ where: 'true' })).toBeUndefined()
  expect(asStep('/')).toBeUndefined()
})

test('steps in a sentence', () => {
  expect(didWords({ page: '/cart' })).toBe('saw /cart')
  expect(neverWords({ event: 'Order Paid' })).toBe('did not do “Order Paid”')
  expect(didWords({ call: 'POST /orders', where: 'status >= 500' })).toBe('called POST /orders (status >= 500)')
  expect(neverWords({ event: '*' })).toBe('did not do anything')
  expect(stepName({ page: '/**' })).toBe('any page')
})

test('a where becomes a filter: bare fields get the name of their record, all else stays', () => {
  expect(asFilter('status >= 500 || duration_ms > 2000.0', 'call')).toBe('call.status >= 500 || call.duration_ms > 2000.0')
  expect(asFilter('kind in ["page_view", "kind"] && !has(properties.plan)', 'event')).toBe('event.kind in ["page_view", "kind"] && !has(event.properties.plan)')
  expect(asFilter("name.startsWith('status') && properties[\"a b\"] == true", 'event')).toBe("event.name.startsWith('status') && event.properties[\"a b\"] == true")
})

test('CSV: quotes are doubled, formulas are text', () => {
  expect(toCsv(['a', 'b'], [['x,"y"', 1], ['=1+1', -2]])).toBe('a,b\r\n"x,""y""",1\r\n\'=1+1,-2\r\n')
})

test('durations of the API, and in words', () => {
  expect([durationMs('1h30m'), durationMs('14d'), durationMs('2w'), durationMs('soon'), durationMs('')]).toEqual([5_400_000, 1_209_600_000, 1_209_600_000, null, null])
  expect([durationWords('1h'), durationWords('14d'), durationWords('1h30m')]).toEqual(['1 hour', '14 days', '1h30m'])
})

test('periods begin where the API says, across months and years', () => {
  expect(periodStart('2026-12-28', 'week', 1, 'utc')).toBe(Date.UTC(2027, 0, 4))
  expect(periodStart('2026-11-01', 'month', 3, 'utc')).toBe(Date.UTC(2027, 1, 1))
  expect(periodStart('2026-11-27T23:00:00Z', 'hour', 2, 'utc')).toBe(Date.UTC(2026, 10, 28, 1))
  expect(periodName('2026-11-23', 'week', 'utc')).toBe('week of 11-23')
  expect([periodOf(Date.UTC(2027, 0, 1, 5), 'week', 'utc'), periodOf(Date.UTC(2027, 0, 1, 5), 'week', 'utc', true), periodOf(Date.UTC(2027, 0, 1, 5), 'month', 'utc')]).toEqual(['2026-12-28', '2026-12-27', '2027-01-01'])
  const day = 86_400_000
  expect([1, 14, 100, 500].map((days) => usualPeriod({ from: 0, to: days * day }))).toEqual(['hour', 'day', 'week', 'month'])
})
