import { describe, expect, test } from 'vitest'
import { addTerm, hasTerm, literal, longList, oneOf, removeTerm, splitTerms, term } from './filter'
import { formatCount, formatDuration, formatQuantile, formatRate, formatShare, plural } from './format'
import { formatSort, parseSearch, parseSort, pickSearch, stringifySearch } from './search'
import { formatAgo, formatMoment, formatRange, fromInputValue, parseRelative, resolveRange, toInputValue } from './time'

describe('search', () => {
  test('keeps ids that look like numbers', () => {
    const query = '?sel=662E41&q=723421968459640832'
    expect(parseSearch(query)).toEqual({ sel: '662E41', q: '723421968459640832' })
    expect(stringifySearch(parseSearch(query))).toBe(query)
  })
  test('drops unknown and empty parameters', () => {
    expect(pickSearch({ from: '24h', filter: '', evil: 'x', sort: 3 })).toEqual({ from: '24h' })
  })
  test('writes a filter so that it survives the round trip', () => {
    const filter = 'call.route == "/a&b=c" && call.status >= 500'
    expect(parseSearch(stringifySearch({ filter })).filter).toBe(filter)
  })
  test('sort is a name with an optional minus', () => {
    expect(parseSort('-p95', 'calls')).toEqual({ id: 'p95', desc: true })
    expect(formatSort(parseSort(undefined, '-calls'))).toBe('-calls')
  })
})

describe('time', () => {
  const now = Date.UTC(2026, 10, 23, 12, 0, 0)
  test('reads relative and absolute ranges', () => {
    expect(parseRelative('15m')).toBe(900_000)
    expect(parseRelative('0h')).toBeNull()
    expect(resolveRange('1h', undefined, now)).toEqual({ from: now - 3_600_000, to: now })
    expect(resolveRange('2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z', now)).toEqual({ from: Date.UTC(2026, 10, 20), to: Date.UTC(2026, 10, 21) })
  })
  test.each(['nonsense', '2027-01-01T00:00:00Z', ''])('falls back to a day for %j', (from) => {
    expect(resolveRange(from, undefined, now)).toEqual({ from: now - 86_400_000, to: now })
  })
  test('writes 24-hour UTC', () => {
    expect(formatMoment(now + 3_723_004, 'utc', 'milli')).toBe('11-23 13:02:03.004')
    expect(formatAgo(now - 200_000, now)).toBe('3 min ago')
  })
  test('the picker fields round-trip in both zones', () => {
    for (const zone of ['utc', 'local'] as const) expect(fromInputValue(toInputValue(now, zone), zone)).toBe(now)
    expect(fromInputValue('2026-11-23', 'utc')).toBe(Date.UTC(2026, 10, 23))
    expect(fromInputValue('23.11.2026', 'utc')).toBeNull()
  })
  test('a range names the year when it is another', () => {
    expect(formatRange({ from: now - 3_600_000, to: now }, 'utc', now)).toBe('11-23 11:00 – 11-23 12:00')
    expect(formatRange({ from: 0, to: 60_000 }, 'utc', now)).toBe('1970-01-01 00:00 – 1970-01-01 00:01')
  })
})

describe('format', () => {
  test.each([[0, '0'], [999, '999 µs'], [1500, '1.5 ms'], [12_340, '12.3 ms'], [1_240_000, '1.24 s'], [125_000_000, '2 min 05 s'], [7_260_000_000, '2 h 01 min']])('duration %d', (us, text) => {
    expect(formatDuration(us)).toBe(text)
  })
  test.each([[0, '0 %'], [0.00001, '< 0.01 %'], [0.0042, '0.42 %'], [0.042, '4.2 %'], [0.42, '42 %'], [0.997, '99.70 %'], [0.95, '95 %'], [0.999999, '> 99.99 %'], [1, '100 %']])('share %d', (share, text) => {
    expect(formatShare(share)).toBe(text)
  })
  test('rates choose their unit', () => {
    expect([formatRate(12), formatRate(0.5), formatRate(0.001)]).toEqual(['12 /s', '30.0 /min', '3.6 /h'])
  })
  test('missing is a dash, one is singular', () => {
    expect([formatCount(null), formatDuration(undefined), formatShare(Number.NaN)]).toEqual(['–', '–', '–'])
    expect([plural(1, 'call'), plural(1200, 'call')]).toEqual(['1 call', '1,200 calls'])
  })
})

describe('filter', () => {
  test('splits at top-level && only', () => {
    expect(splitTerms('a == "x && y" && (b || c && d) && e')).toEqual(['a == "x && y"', '(b || c && d)', 'e'])
  })
  test('quotes what needs it', () => {
    expect(literal('a"b\\')).toBe('"a\\"b\\\\"')
    expect(term('call.status', '>=', 500)).toBe('call.status >= 500')
  })
  test('a term is added once, and drives out its negation', () => {
    const include = term('call.route', '==', '/a')
    const exclude = term('call.route', '!=', '/a')
    expect(addTerm(addTerm('', include), include)).toBe(include)
    expect(addTerm(include, exclude)).toBe(exclude)
    expect(hasTerm(addTerm('x == 1', include), include)).toBe(true)
  })
  test('adding to an alternative brackets it', () => {
    expect(addTerm('a == 1 || b == 2', 'c == 3')).toBe('(a == 1 || b == 2) && c == 3')
  })
  test('a list too long to read is known by its length', () => {
    expect(longList(oneOf('session.id', ['a', 'b", ]', 'c']))).toEqual({ field: 'session.id', count: 3 })
    expect(['session.id in ["a"]', 'call.status in [500, x, y]', 'x == "in [1, 2, 3]"'].map(longList)).toEqual([null, null, null])
  })
  test('removing the last term leaves nothing', () => {
    expect(removeTerm('a == 1', 'a == 1')).toBe('')
  })
})

test('a quantile of buckets has no more digits than they are wide', () => {
  expect([formatQuantile(468_321, true), formatQuantile(5_361_000, true), formatQuantile(468_321, false), formatQuantile(null, true)]).toEqual(['≈ 470 ms', '≈ 5.4 s', '468 ms', '–'])
})
