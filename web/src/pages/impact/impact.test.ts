import { expect, test } from 'vitest'
import type { ImpactResult } from '../../api/impact'
import type { Goal } from '../../api/types'
import { byReason, chanceWords, chosenGoal, decimal, exposedFilter, finding, impactQuestion, isSure, lostWords, metWords, partResults, rateWords } from './impact'

const result = {
  endpoint: 'shop: POST /pay', endpoint_id: 'x', exposure: 'errors', n_exposed: 40, n_unexposed: 400, lost_goals_per_day: 3.12, lost_ci95: [0.4, 6.04], q: 0.01, p: 0.005, strength: 'moderate', placebo: null,
} as unknown as ImpactResult
const goal: Goal = { id: 'paid', name: 'Order paid', step: { event: 'Order Paid' }, direction: 'up', value: 'properties.amount' }
const common = { from: 'a', to: 'b', timezone: 'UTC' }

test('the goal is the one written, else the one chosen, else the first', () => {
  expect(chosenGoal({}, [goal])).toMatchObject({ name: 'Order paid', value: 'properties.amount' })
  expect(chosenGoal({ goal: 'gone' }, [goal])?.name).toBe('Order paid')
  expect(chosenGoal({ step: { page: '/thanks' } }, [goal])).toEqual({ name: '/thanks', step: { page: '/thanks' } })
  expect([chosenGoal({ step: { event: '' } }, [goal]), chosenGoal({}, [])]).toEqual([null, null])
  expect(impactQuestion({ unit: 'person', min_n: 10 }, chosenGoal({}, [goal]), common)).toEqual({ ...common, goal: goal.step, value: 'properties.amount', unit: 'person', min_n: 10 })
  expect(impactQuestion({}, null, common)).toBeNull()
})

test('the heading names what costs most beyond chance, or says that nothing does', () => {
  expect(finding({ results: [result] }, 'Order paid')).toBe('shop: POST /pay failed: about 3.1 Order paid lost a day (0.40 to 6.0)')
  expect(finding({ results: [{ ...result, q: 0.2 }] }, 'Order paid')).toContain('more than chance')
  expect(finding({ results: [{ ...result, lost_goals_per_day: null }] }, 'Order paid')).toContain('no number yet')
  expect(finding({ results: [], refusal: { reason: 'goal_not_reached', says: 'Nobody reached this goal.', have: 0, need: 1 } }, 'Order paid')).toBe('Nobody reached this goal.')
})

test('a result in words and numbers', () => {
  expect(metWords({ ...result, exposure: 'slow', slow_over_ms: 1000 })).toBe('shop: POST /pay over 1 s')
  expect(lostWords(result)).toBe('3.1 (0.40 to 6.0)')
  expect([isSure(result), isSure({ ...result, lost_ci95: [-1, 2] }), isSure({ ...result, q: 0.2 })]).toEqual([true, false, false])
  expect([decimal(-0.254), decimal(0), decimal(1234.5), decimal(-0.001)]).toEqual(['−0.25', '0.00', '1,235', '0.00'])
  expect([chanceWords(0.00001), chanceWords(0.0421), chanceWords(null)]).toEqual(['< 0.001', '0.042', '–'])
  expect(byReason([{ ...result, refusal: { reason: 'too_few', says: 'A.', have: 0, need: 1 } }, result, { ...result, endpoint: 'y' }]).map(([reason, same]) => [reason, same.length])).toEqual([['', 2], ['A.', 1]])
  expect(rateWords(10, 40)).toBe('25 % (10 of 40)')
  expect(partResults([result, { ...result, lost_goals_per_day: null }]).unknown).toHaveLength(1)
  expect(exposedFilter('shop: POST /pay', { exposure: 'slow', slow_over_ms: 800 })).toBe('call.endpoint == "shop: POST /pay" && call.duration_ms > 800.0')
})
