import { expect, test } from 'vitest'
import { doseFinding, kneeWords, targetWords } from './dose'

const curve = { slope_per_second: -0.021, ci95: [-0.04, -0.002], p: 0.01 }

test('the cost of a second, or why there is none', () => {
  expect(doseFinding(curve, 'Order paid')).toBe('Each further second costs Order paid 2 points (95 %: −4 to 0 points)')
  expect(doseFinding({ ...curve, p: 0.4 }, 'Order paid')).toContain('more than chance')
  expect(doseFinding({ ...curve, slope_per_second: 0.03 }, 'Order paid')).toContain('goes with more of Order paid: +3 points')
  const refusal = { reason: 'too_few', says: 'There are too few people: 3 of the 20 that an interval needs.', have: 3, need: 20 } as const
  expect(doseFinding({ ...curve, refusal }, 'Order paid')).toBe(refusal.says)
})

test('the bend, and what a target would win', () => {
  expect(kneeWords(800)).toBe('The curve bends at 800 ms.')
  expect(kneeWords(null)).toContain('no bend')
  expect(targetWords({ target: { target_ms: 500, calls_over: 120, goals_per_day: 2.31, ci95: [0.5, 4.1] } }, 'Order paid')).toBe('Had the 120 calls over 500 ms met it: about 2.3 Order paid more a day (95 %: 0.50 to 4.1).')
  expect(targetWords({ target: { target_ms: 500, calls_over: 0, goals_per_day: 0, ci95: [0, 0] } }, 'Order paid')).toContain('nothing to win')
})
