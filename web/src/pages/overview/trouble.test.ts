import { expect, test } from 'vitest'
import type { EndpointStats } from '../../api/types'
import { worstFirst, worstTrouble } from './trouble'

const endpoint = (route: string, calls: number, failed: number, p95ms: number): EndpointStats => ({
  id: route, name: route, service: '', method: 'GET', route, calls, failed, refused: 0, error_rate: failed / calls, per_second: 1,
  p50_us: 1000, p95_us: p95ms * 1000, p99_us: 1000, people: 1, last_seen: '2026-11-23T00:00:00Z',
})

test('failures come before slowness, and more failures before a higher share', () => {
  const found = worstTrouble([endpoint('/slow', 9000, 0, 5000), endpoint('/some', 100, 20, 10), endpoint('/many', 2000, 40, 10)])
  expect(found).toMatchObject({ kind: 'failing', endpoint: { route: '/many' } })
})

test('a few failures among many calls are noise; then the wait that hurts most counts', () => {
  const found = worstTrouble([endpoint('/noise', 100_000, 20, 10), endpoint('/rare', 10, 0, 9000), endpoint('/busy', 1000, 0, 2000)])
  expect(found).toMatchObject({ kind: 'slow', endpoint: { route: '/busy' } })
})

test('a quiet day has no trouble', () => {
  expect(worstTrouble([endpoint('/fine', 1000, 1, 200)])).toBeNull()
  expect(worstTrouble([])).toBeNull()
})

test('worst first: what fails, what is slow, then the rest', () => {
  const all = [endpoint('/noise', 100_000, 20, 10), endpoint('/rare', 10, 0, 9000), endpoint('/busy', 1000, 0, 2000), endpoint('/broken', 100, 9, 10), endpoint('/fine', 10, 0, 10)]
  expect(worstFirst(all).map((e) => e.route)).toEqual(['/broken', '/busy', '/rare', '/noise', '/fine'])
})
