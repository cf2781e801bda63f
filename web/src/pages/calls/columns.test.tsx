import { expect, test } from 'vitest'
import type { CallRecord } from '../../api/types'
import { columnsOf, defaultColumns, toggleColumn } from './callColumns'
import { findInRows } from './findInRows'

const ids = (cols?: string) => columnsOf(cols).map((column) => column.id)

test('the URL names the columns, in its order; nonsense shows the usual ones', () => {
  expect(ids()).toEqual(defaultColumns)
  expect(ids('user,time,user,evil')).toEqual(['user', 'time'])
  expect(ids('evil')).toEqual(defaultColumns)
})

test('ticking a column adds it at the end, again takes it away, and one stays', () => {
  expect(toggleColumn(undefined, 'user')).toBe([...defaultColumns, 'user'].join(','))
  expect(toggleColumn([...defaultColumns, 'user'].join(','), 'user')).toBeUndefined()
  expect(toggleColumn('time', 'time')).toBe('time')
})

test('find in rows looks at every value, in whatever case', () => {
  const call = (id: string, more: Partial<CallRecord>): CallRecord => ({ id, side: 'server', time: '', started_at: '', method: 'GET', duration_us: 1, failed: false, endpoint_id: '', ...more })
  const rows = [call('a', { path: '/Orders/7' }), call('b', { attributes: { plan: { name: 'PRO' } } }), call('c', { status: 503 })]
  const found = (text?: string) => findInRows(rows, text).map((row) => row.id)
  expect([found('orders'), found('pro'), found('503'), found('nothing'), found(' ')]).toEqual([['a'], ['b'], ['c'], [], ['a', 'b', 'c']])
})
