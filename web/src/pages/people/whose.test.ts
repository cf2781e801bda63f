import { expect, test } from 'vitest'
import type { PersonAnswer } from '../../api/groups'
import { whose } from './whose'

const claim = { device_id: 'd1', user_id: 'u1', method: 'login', first_seen: '2026-11-23T10:00:00Z', state: 'used' } as PersonAnswer['claims'][number]

test('the rows of their users, and those of their devices that name no user', () => {
  expect(whose('session', { id: 'u1', users: ['u1', 'u2'], devices: ['d1'], claims: [claim] }))
    .toBe('(session.user_id in ["u1", "u2"] || !has(session.user_id) && session.device_id == "d1")')
})

test('a device that several people use is only itself', () => {
  expect(whose('call', { id: 'd1', users: [], devices: ['d1'], claims: [claim] })).toBe('(!has(call.user_id) && call.device_id == "d1")')
})

test('an id that nothing ties to another may be a user or a device', () => {
  expect(whose('event', { id: 'x', users: [], devices: ['seen'], claims: [] })).toBe('(event.user_id == "x" || !has(event.user_id) && event.device_id == "x")')
})
