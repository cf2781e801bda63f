import { expect, test } from 'vitest'
import type { Hit } from '../../api/types'
import { canOpen, targetOf } from './target'

const hit = (kind: string, more: Partial<Hit> = {}): Hit => ({ kind, id: 'x y', time: '2026-11-20T11:00:00Z', ...more })
const around = { from: '2026-11-20T10:45:00.000Z', to: '2026-11-20T11:15:00.000Z' }

test('a call opens where its time is, beside what shares its id', () => {
  expect(targetOf(hit('request'), 'r"1')).toEqual({ to: '/calls', search: { ...around, side: 'any', filter: String.raw`call.request_id == "r\"1"`, sel: 'x y' } })
  expect(targetOf(hit('call'), 'q')).toEqual({ to: '/calls', search: { ...around, side: 'any', sel: 'x y' } })
})

test('what belongs to a session opens in its timeline, on its row', () => {
  expect(targetOf(hit('session'), 'q')).toEqual({ to: '/sessions/x%20y', search: {} })
  expect(targetOf(hit('event', { session_id: 's/1' }), 'q')).toEqual({ to: '/sessions/s%2F1', search: { sel: 'e:x y' } })
  expect(targetOf(hit('call', { session_id: 's', field: 'order_id' }), 'q')).toEqual({ to: '/sessions/s', search: { sel: 'c:x y' } })
  expect(canOpen(hit('event'))).toBe(false)
})

test('people and accounts open on their page, with the week before', () => {
  expect(targetOf(hit('user'), 'a@example.com')).toEqual({ to: '/people/x%20y', search: { from: '2026-11-13T11:00:00.000Z', to: around.to } })
  expect(targetOf(hit('account'), 'q').to).toBe('/accounts/x%20y')
})
