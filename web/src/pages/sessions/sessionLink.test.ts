import { expect, test } from 'vitest'
import { sessionLink } from './sessionLink'
import { buildTimeline } from './timeline'

test('a link to a row of a visit names the row as the timeline does', () => {
  const rows = buildTimeline({
    events: [{ id: '7', kind: 'click', time: '2026-11-23T12:00:00Z' }], calls: [{ id: '9', side: 'server', method: 'GET', time: '2026-11-23T12:00:01Z' }],
    spans: [], links: [], signals: [], interactions: [], verdicts: [],
  } as unknown as Parameters<typeof buildTimeline>[0]).map((row) => row.id)
  expect(rows).toContain(sessionLink('s', { call_id: '9' }).search.sel)
  expect(rows).toContain(sessionLink('s', { event_id: '7', call_id: '9' }).search.sel)
})

test('without a row the visit opens at its beginning', () => {
  expect(sessionLink('s/1', { call_id: '' })).toEqual({ to: '/sessions/$id', params: { id: 's/1' }, search: {} })
})
