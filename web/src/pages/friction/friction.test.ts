import { expect, test } from 'vitest'
import type { FrictionPlace } from '../../api/friction'
import { countWords, headline, signalsOf } from './friction'

const pay: FrictionPlace = {
  page: '/checkout', target: 'Pay now', people: 61, users: 870, sessions: 70, signals: 90, actions: 1200,
  kinds: [{ kind: 'error_click', signals: 60, people: 50 }, { kind: 'rage_click', signals: 30, people: 20 }],
  calls: [{ endpoint: { service: 'shop', method: 'POST', route: '/api/payments' }, endpoint_id: 'x', actions: 60, failed: 55, p75_us: 2_000_000 }],
}

test('the headline says where, who, what share, and what it is mostly about', () => {
  expect(headline(pay)).toBe('Pay now on /checkout: 61 people, 7.0 % of those who used it, mostly after POST /api/payments went wrong')
  expect(headline({ ...pay, calls: [] })).toContain('mostly error clicks')
  expect(headline({ ...pay, target: undefined, people: 0, calls: [], kinds: [{ kind: 'wandering', signals: 1, people: 0 }] })).toBe('/checkout: 70 visits, wandering')
})

test('a number opens the signals of its place, within the filter of the page', () => {
  expect(signalsOf(pay, 'element')).toBe('signal.page == "/checkout" && signal.target == "Pay now"')
  expect(signalsOf(pay, 'page', 'session.device == "mobile"', 'rage_click')).toBe('signal.page == "/checkout" && signal.kind == "rage_click" && session.device == "mobile"')
  expect(signalsOf({ page: '', target: '' }, 'element')).toBe('!has(signal.page) && !has(signal.target)')
})

test('kinds are counted in words', () => {
  expect([countWords('rage_click', 1), countWords('silent_failure', 2), countWords('form_abandon', 3), countWords('wandering', 1200)]).toEqual(['1 rage click', '2 silent failures', '3 forms given up', '1,200 × wandering'])
})
