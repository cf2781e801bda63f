import { describe, expect, test } from 'vitest'
import type { Cost, GoalToday, Overview, ReleaseEffect, Trouble, WorstStep } from '../../api/types'
import { badCalls, badWords, becameWords, comparison, costWords, goalWords, missing, points, quietWords, releaseMeans, releaseWait, slowWords, targetWords, verdictWords, worstStepWords } from './words'

const share = (count: number, of: number) => ({ count, of, share: of ? count / of : 0, ci95: [0, 1] })
const orderPaid = { id: 'order-paid', name: 'Order paid', step: { event: 'Order Paid' } }

const failing: Trouble = {
  endpoint: { id: 'x', name: 'shop: POST /pay', service: 'shop', method: 'POST', route: '/pay' }, side: 'server', kind: 'failing', since: '2026-11-20T11:40:00Z',
  bad: share(8, 15), usual: 0.005, usual_from: 'last_7_days', slow_over_ms: 1000, p95_us: null, usual_p95_us: null, people: 8,
  became: { visits: 8, recovered: 3, left: 5, still_there: 0, went_on: 0, sampled: false },
  goal: { goal: orderPaid, hit: share(3, 8), not_hit: share(4, 4), difference: -0.625, ci95: [-0.863, -0.056] },
  verdict: { is: 'backend', because: 'server_failed', pairs: 8, server_share: null }, example: { call_id: 'c', session_id: 's' }, sessions: ['s'],
}

describe('what hurts people now', () => {
  test('how bad it is, against how it usually is', () => {
    expect(badWords(failing)).toBe('8 of 15 calls (53 %, usually 0.50 %)')
    expect(badWords({ ...failing, usual: null })).toContain('nothing to compare with yet')
  })
  test('the calls it opens are those it counts', () => {
    expect(badCalls(failing)).toBe('call.service == "shop" && call.method == "POST" && call.route == "/pay" && call.failed == true')
    expect(badCalls({ ...failing, kind: 'slow', slow_over_ms: 1200 })).toContain('call.duration_ms > 1200.0')
  })
  test('slow is told of its own time, and of what fails as well', () => {
    const slow: Trouble = { ...failing, kind: 'slow', p95_us: 3_000_000, usual_p95_us: 1_090_000 }
    expect(slowWords(slow)).toBe('It is slower than it usually is: one call in twenty took longer than 3 s since then, usually 1.09 s.')
    expect(slowWords({ ...slow, until: '2026-11-20T11:55:00Z' })).toBe('It was slower than it usually is: one call in twenty took longer than 3 s in that time, usually 1.09 s.')
    expect(slowWords({ ...slow, kind: 'failing', slow: share(4, 15) })).toBe('It is slow too: 4 of 15 calls took longer than 1 s; one call in twenty took longer than 3 s since then, usually 1.09 s.')
    expect(slowWords(failing)).toBeNull()
  })
  test('calm needs something to compare with', () => {
    const now = { state: 'quiet', calls: 20 } as Overview['now']
    expect(quietWords({ now } as Overview, '').title).toBe('Nothing hurts people now.')
    expect(quietWords({ now: { ...now, history_since: '2026-11-20T11:58:00Z' } } as Overview, '11:58')).toEqual({
      title: 'Too little history to know what is usual.',
      text: 'The first record is of 11:58. No endpoint fails so often that it is clear without a comparison, over 20 calls.',
    })
  })
  test('what became of the people', () => {
    expect(becameWords({ ...failing, became: { visits: 1, recovered: 0, left: 0, still_there: 1, went_on: 0, sampled: false } })).toBe('The one visit that met it is still there.')
    expect(becameWords(failing)).toBe('Of 8 visits that met it, in 3 the same call went well later and 5 ended within 10 minutes.')
    expect(becameWords({ ...failing, became: { visits: 2, recovered: 0, left: 0, still_there: 1, went_on: 1, sampled: true } }))
      .toBe('Of the newest 2 visits that met it, 1 is still there and 1 went on with something else.')
    expect(becameWords({ ...failing, became: { ...failing.became, visits: 0 } })).toContain('not known')
  })
  test('the goal, compared, and whether that may be chance', () => {
    expect(goalWords(failing)).toBe('3 of 8 visits that met it reached Order paid afterwards (38 %), 4 of 4 that made the same call unharmed (100 %). That is −63 points (95 %: −86 points to −6 points).')
    expect(goalWords({ ...failing, goal: { ...failing.goal!, ci95: [-0.8, 0.1] } })).toContain('So few may differ by chance alone.')
    expect(goalWords({ ...failing, goal: { ...failing.goal!, difference: null, not_hit: share(0, 0) } })).toContain('nobody made the same call unharmed')
    expect(goalWords({ ...failing, goal: { ...failing.goal!, hit: share(0, 1) } })).toMatch(/unharmed \(100 %\)\. Too few to compare\.$/)
    const { goal: _, ...without } = failing
    expect(goalWords(without)).toBeNull()
  })
  test('the verdict says what it rests on', () => {
    expect(verdictWords({ ...failing, verdict: { is: 'network', because: 'outside_server', pairs: 24, server_share: 0.03 } })).toBe('It is the network: the server took only 3.0 % of the wait, by the middle of 24 calls seen from both sides.')
    expect(verdictWords({ ...failing, verdict: { is: 'backend', because: 'server_time', pairs: 0, server_share: null } })).toContain('no call was seen from both sides')
  })
})

test('a goal against its target and other days', () => {
  const today: GoalToday = { goal: { ...orderPaid, target: 60 }, since: '', count: 30, people: 30, yesterday: 0, last_week: 0 }
  expect(targetWords(today)).toBe('50 % of 60 a day')
  expect(targetWords({ ...today, goal: orderPaid })).toBe('no target')
  expect(comparison(30, null, 'up')).toEqual({ text: 'no data yet', tone: 'muted' })
  expect(comparison(30, 0, 'up')).toEqual({ text: '0', tone: 'muted' })
  expect(comparison(30, 28, 'up').tone).toBe('muted')
  expect(comparison(30, 100, 'up')).toEqual({ text: '100 (−70 %)', tone: 'failed' })
  expect(comparison(30, 100, 'down').tone).toBe('good')
})

test('a cost says its range, or that it may be nothing, or when it will be known', () => {
  const cost: Cost = { endpoint: failing.endpoint, slow_over_ms: 1000, exposed: share(10, 40), unexposed: share(40, 40), lost_per_day: 17.56, ci95: [13.1, 20.04], strength: 'association_only' }
  expect(costWords(cost)).toBe('about 18 (13 to 20)')
  expect(costWords({ ...cost, lost_per_day: 0.2, ci95: [-1, 1.4] })).toBe('may be nothing (−1.0 to 1.4)')
  expect(costWords({ ...cost, lost_per_day: -2, ci95: [-4, -0.01] })).toBe('none seen (−4.0 to 0.0)')
  expect(costWords({ ...cost, lost_per_day: null, ready_days: 1.2 })).toBe('not enough data, about 2 days more')
})

test('a verdict on a release says what changed', () => {
  expect(releaseMeans({ errors: 'no_change', speed: 'worse' })).toBe('slower')
  expect(releaseMeans({ errors: 'improved', speed: 'worse' })).toBe('fails less, but slower')
  expect(releaseMeans({ errors: 'worse', speed: 'worse' })).toBe('fails more, and slower')
  expect(releaseMeans({ errors: 'no_change', speed: 'no_change' })).toBeNull()
})

test('a release that cannot be judged yet says until when, or why not', () => {
  const e = { verdict: 'not_enough_data', before: { failed: share(0, 20) }, after: { failed: share(0, 20) } } as ReleaseEffect
  const now = Date.parse('2026-11-20T12:00:00Z')
  expect(releaseWait({ ...e, ready_at: '2026-11-20T12:30:00Z' }, now)).toBe('about 30 min more')
  expect(releaseWait({ ...e, ready_at: '2026-11-20T16:30:00Z' }, now)).toBe('about 5 hours more')
  expect(releaseWait(e, now)).toBe('too few calls around it')
  expect(releaseWait({ ...e, before: { ...e.before, failed: share(0, 0) } }, now)).toBe('no calls before it')
  expect(releaseWait({ ...e, before: { ...e.before, failed: share(3, 900) }, after: { ...e.after, failed: share(3, 900) } }, now)).toBe('the time before it is not on record from its begin')
  expect(releaseWait({ ...e, verdict: 'improved' }, now)).toBeNull()
})

test('the worst step of the way to the goal', () => {
  const w: WorstStep = { known: true, visits: 100, worst: 1, steps: [{ name: '/cart', count: 100 }, { name: '/checkout', count: 50 }, { name: 'Order paid', count: 40 }] }
  expect(worstStepWords(w)).toBe('50 % are lost between /cart and /checkout: of 100 visits, 50 went on.')
  expect(worstStepWords({ ...w, known: false })).toBeNull()
})

test('what is missing is said as long as it is', () => {
  const overview = (calls: number, events: number, linked: number) => ({ data: { calls, events, linked } }) as Overview
  expect(missing(overview(0, 1, 0))).toContain('no call of the API')
  expect(missing(overview(1, 0, 0))).toContain('script tag')
  expect(missing({ data: { calls: 1, events: 0, linked: 0, marked: 'automation' } } as unknown as Overview)).toContain('only from a browser marked as automation')
  expect(missing(overview(1, 1, 0))).toContain('not one call is linked')
  expect(missing(overview(1, 1, 1))).toBeNull()
})

test('differences of shares are points', () => {
  expect([points(-0.625), points(0.1), points(0)]).toEqual(['−63 points', '+10 points', '0 points'])
})
