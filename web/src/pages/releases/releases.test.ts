import { expect, test } from 'vitest'
import type { Change } from '../../api/compare'
import { askFor, changeName, compareQuestion, isChosen, metricWords, readyWords, shiftWords, valueWords } from './releases'

const change: Change = { service: 'payments', version: '1.2.0', at: '2026-11-27T19:00:00Z', from: 'marker' }

test('a change is chosen by its version, or by its moment', () => {
  expect([changeName(change), changeName({ service: '' })]).toEqual(['payments 1.2.0', 'everything'])
  expect(askFor(change)).toEqual({ service: 'payments', release: '1.2.0' })
  expect(askFor({ service: 'payments', at: change.at, from: 'calls' })).toEqual({ service: 'payments', at: change.at })
  expect([isChosen(change, { ...change }), isChosen(change, null)]).toEqual([true, false])
  const common = { from: 'a', to: 'b', timezone: 'UTC' }
  expect(compareQuestion({ at: 'yesterd' }, common)).toBeNull()
  expect(compareQuestion({ release: '1.2.0' }, common)).toEqual({ ...common, release: '1.2.0' })
})

test('measures, values and shifts in their units', () => {
  expect([metricWords({ metric: 'error_share' }, []), metricWords({ metric: 'goal_share', goal: 'paid' }, [{ id: 'paid', name: 'Order paid' }]), metricWords({ metric: 'queue_depth' }, [])]).toEqual(['failed calls', 'people who reached Order paid', 'queue depth'])
  expect([valueWords('p95_ms', 1250), valueWords('error_share', 0.123), valueWords('p50_ms', null)]).toEqual(['1.25 s', '12 %', '–'])
  expect(shiftWords({ metric: 'p95_ms', change: -0.12, ci95: [-0.2, -0.04] })).toBe('−12 % (−20 to −4 %)')
  expect(shiftWords({ metric: 'error_share', change: 0.02, ci95: [0.01, 0.03] })).toBe('+2 points (+1 to +3 points)')
  expect(shiftWords({ metric: 'error_share', change: null, ci95: [] })).toBe('–')
})

test('when there will be enough', () => {
  const now = Date.parse('2026-11-27T20:00:00Z')
  expect(readyWords('2026-11-27T20:07:30Z', now, 'not_enough_data')).toBe('There will be enough in about 8 min.')
  expect(readyWords('2026-11-28T02:00:00Z', now, 'worse')).toBe('The next look, with twice the time, is in about 6 h.')
  expect([readyWords('2026-11-27T19:00:00Z', now, 'worse'), readyWords(undefined, now, 'worse')]).toEqual([null, null])
})
