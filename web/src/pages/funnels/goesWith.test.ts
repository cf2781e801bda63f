import { expect, test } from 'vitest'
import { correlationQuestion, goesWithFinding, lineWords, membersOf, oddsOfDropping, ofWords, partLines, type Line } from './goesWith'

const line = (kind: Line['kind'], name: string, odds_ratio: number, q = 0.01): Line => ({ kind, name, odds_ratio, ci95: [odds_ratio / 2, odds_ratio * 2], p: q, q, people: 50, success: { with: 5, without: 45 }, failure: { with: 45, without: 5 } })
const question = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z', steps: [{ page: '/cart' }, { event: 'Order Paid' }], window: '1h', calls: true, breakdown: { property: 'properties.plan' } }

test('the question takes the funnel without its parts, and looks at the property that it was split by', () => {
  expect(correlationQuestion(question)).toEqual({ from: question.from, to: question.to, funnel: { steps: question.steps, window: '1h' }, candidates: ['events', 'calls', 'properties:plan'] })
})

test('only what goes with dropping out, and not by chance; what was not called stands apart', () => {
  const all = [line('call_failed', 'POST /pay', 0.1), line('call_missing', 'POST /thanks', 0.01), line('event', 'Coupon Used', 4), line('call_slow', 'GET /', 0.5, 0.3)]
  expect(partLines(all)).toEqual({ met: [all[0]], missing: [all[1]] })
  expect(goesWithFinding(partLines(all))).toBe('“POST /pay failed” goes with dropping out: 90 % of those who did, 10 % of those who came through')
  expect(goesWithFinding({ met: [] })).toContain('more than chance')
})

test('a line in words, its odds turned to dropping out', () => {
  expect([lineWords(line('call_retried', 'POST /pay', 1)), lineWords(line('property', 'plan=pro', 1))]).toEqual(['POST /pay failed twice or more', 'had plan = pro'])
  expect(oddsOfDropping(line('event', 'x', 0.1))).toBe('10 (5.0 to 20)')
  expect(ofWords({ with: 45, without: 5 })).toBe('45 of 50 (90 %)')
})

test('its people began, met it in time, and did not come through', () => {
  const now = Date.parse('2026-11-22T00:00:00Z')
  const sets = membersOf(line('call_failed', 'POST /pay', 0.1), question, now)!
  expect(sets.all.map(([one]) => one!.steps)).toEqual([[{ page: '/cart' }], [{ page: '/cart' }, { call: 'POST /pay', where: 'failed == true' }]])
  expect(sets.all[0]![0]!.to).toBe('2026-11-20T23:00:00.000Z')
  expect(sets.none[0]!.steps).toEqual(question.steps)
  expect(membersOf(line('call_missing', 'POST /pay', 0.1), question, now)!.none).toHaveLength(2)
  expect(membersOf(line('property', 'plan=pro', 0.1), question, now)).toBeNull()
})
