import { expect, test } from 'vitest'
import type { CallRecord, EventRecord, LinkRecord, SpanRecord, Timeline } from '../../api/types'
import { buildTimeline, clockDifference, describeEvent, describeProperties, shownRows } from './timeline'

const at = (ms: number) => new Date(1_000_000 + ms).toISOString()
const click = (id: string, ms: number): EventRecord => ({ id, time: at(ms), name: '$click', kind: 'click', target: { name: 'Pay' } })
const call = (id: string, side: 'client' | 'server', ms: number, more: Partial<CallRecord> = {}): CallRecord => ({
  id, side, time: at(ms), started_at: at(ms), method: 'POST', path: '/pay', duration_us: 100_000, status: 200, failed: false, endpoint_id: '', ...more,
})
const span = (span_id: string, parent_span_id: string, ms: number): SpanRecord => ({ span_id, parent_span_id, trace_id: 't', name: span_id, time: at(ms), duration_us: 1000 })
const link = (ends: Partial<LinkRecord>): LinkRecord => ({ method: 'window', confidence: 0.8, session_id: 's', time: at(0), endpoint: { service: '', method: 'POST', route: '/pay' }, ...ends })
const none = { events: [], calls: [], spans: [], links: [], signals: [], interactions: [], verdicts: [] }
const outline = (rows: { id: string; depth: number }[]) => rows.map((row) => `${'  '.repeat(row.depth)}${row.id}`)

test('action, client call, tiers, spans: one below the other', () => {
  const rows = buildTimeline({
    events: [click('k', 0)],
    calls: [call('app', 'server', 20, { trace_id: 't', span_id: 'a' }), call('edge', 'server', 10), call('fetch', 'client', 5)],
    spans: [span('db', 'a', 30), span('row', 'db', 31), span('lost', 'nowhere', 32)],
    links: [
      link({ event_id: 'k', server_call_id: 'app' }), link({ event_id: 'k', client_call_id: 'fetch' }),
      link({ client_call_id: 'fetch', server_call_id: 'app', method: 'span', confidence: 1 }), link({ client_call_id: 'fetch', server_call_id: 'edge', method: 'match' }),
    ],
    signals: [], interactions: [], verdicts: [],
  })
  expect(outline(rows)).toEqual(['e:k', '  c:fetch', '    c:edge', '    c:app', '      s:db', '        s:row', '      s:lost'])
  expect(rows[3]!.link).toEqual({ method: 'span', confidence: 1 })
  expect(rows.map((row) => row.hasChildren)).toEqual([true, true, false, true, true, false, false])
})

test('what no link explains stands at the root in order of time', () => {
  const rows = buildTimeline({ ...none, events: [click('k', 50)], calls: [call('poll', 'client', 90), call('early', 'server', 10, { status: 503 })] })
  expect(outline(rows)).toEqual(['c:early', 'e:k', 'c:poll'])
  expect(rows[0]!.tone).toBe('failed')
  expect(rows[1]!.label).toBe('click “Pay”')
})

test('a server call linked to the action directly hangs below it', () => {
  const rows = buildTimeline({ ...none, events: [click('k', 0)], calls: [call('log', 'server', 5)], links: [link({ event_id: 'k', server_call_id: 'log', method: 'action_id', confidence: 1 })] })
  expect(outline(rows)).toEqual(['e:k', '  c:log'])
})

test('assets hang below the page they came with', () => {
  const view = (id: string, ms: number): EventRecord => ({ id, time: at(ms), name: 'view', kind: 'page_view', page: { path: `/${id}` } })
  const asset = { class: 'asset', path: '/app.js' }
  const rows = buildTimeline({ ...none, events: [view('a', 100), view('b', 5000), { ...view('c', 9000), kind: 'route_change' }], calls: [call('early', 'client', 10, asset), call('js', 'client', 80, asset), call('img', 'client', 5100, asset), call('late', 'client', 9100, asset)] })
  expect(outline(rows)).toEqual(['c:early', 'e:a', '  c:js', 'e:b', '  c:img', 'e:c', '  c:late'])
  expect(rows[2]!.link).toBeUndefined()
})

test('a signal marks its event, or the call when the event is not there', () => {
  const signal = { time: at(0), session_id: 's' }
  const rows = buildTimeline({
    ...none, events: [click('k', 0)], calls: [call('c', 'client', 5)],
    signals: [{ ...signal, kind: 'rage_click', event_id: 'k' }, { ...signal, kind: 'retry_storm', event_id: 'gone', call_id: 'c' }],
  })
  expect(rows.map((row) => row.signals)).toEqual([['rage click'], ['retry storm']])
})

test('an aborted call did not fail; a link to a missing record is ignored', () => {
  const rows = buildTimeline({ ...none, calls: [call('c', 'client', 5, { status: 0, error: 'abort' })], links: [link({ event_id: 'gone', client_call_id: 'c' })] })
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ tone: 'ok', note: 'abort' })
})

test('the reaction stands behind the action, unless the person simply went on', () => {
  const interaction = { session_id: 's', time: at(0), name: '$click', calls: 1, failed: 1, slowest_us: 1, endpoint: { service: '', method: '', route: '' } }
  const rows = buildTimeline({ ...none, events: [click('a', 0), click('b', 9)], interactions: [{ ...interaction, event_id: 'a', reaction: 'repeated' }, { ...interaction, event_id: 'b', reaction: 'went_on' }] })
  expect(rows.map((row) => row.note)).toEqual(['then did it again', undefined])
})

test('an event is described in the words of its kind', () => {
  const event = (kind: string, more: Partial<EventRecord>): EventRecord => ({ id: 'x', time: at(0), name: kind, kind, ...more })
  expect(describeEvent(event('web_vital', { properties: { name: 'lcp', value: 610 } }))).toBe('main content after 610 ms (LCP)')
  expect(describeEvent(event('web_vital', { name: 'engaged', properties: { engaged_ms: 4200 } }))).toBe('visible for 4.2 s')
  expect(describeEvent(event('web_vital', { name: 'CLS', properties: { value: 0.02 } }))).toBe('layout shifted by 0.02 (CLS)')
  expect(describeEvent(event('error', { properties: { type: 'TypeError', message: 'x is undefined' } }))).toBe('TypeError: x is undefined')
  expect(describeEvent(event('route_change', { page: { path: '/cart' } }))).toBe('→ /cart')
  expect(describeEvent(event('click', { target: { name: '//html/body/main/form/button[2]' } }))).toBe('click “…/form/button[2]”')
  expect(describeEvent(event('custom', { name: 'Order Paid' }))).toBe('Order Paid')
})

test('an event of the application itself shows its properties', () => {
  const paid: EventRecord = { id: 'p', time: at(0), name: 'Order Paid', kind: 'custom', properties: { amount: 42, plan: 'pro', cart: { big: true } } }
  expect(buildTimeline({ ...none, events: [paid] })[0]).toMatchObject({ label: 'Order Paid', note: 'amount 42, plan pro' })
  expect(describeProperties({ a: 1, b: 2, c: 3, d: 4, e: 5 })).toBe('a 1, b 2, c 3, d 4, …')
  expect(describeProperties({ long: '🙂'.repeat(4000) }).length).toBeLessThan(100)
})

test('the reader chooses: what the person did, or where something went wrong', () => {
  const rows = buildTimeline({
    ...none, events: [click('fine', 0), click('bad', 100), click('rage', 200)],
    calls: [call('ok', 'client', 5), call('failed', 'client', 105, { status: 503 }), call('beside', 'client', 106), call('alone', 'server', 300)],
    links: [link({ event_id: 'fine', client_call_id: 'ok' }), link({ event_id: 'bad', client_call_id: 'failed' }), link({ event_id: 'bad', client_call_id: 'beside' })],
    signals: [{ time: at(200), session_id: 's', kind: 'rage_click', event_id: 'rage' }],
  })
  expect(outline(shownRows(rows, 'actions'))).toEqual(['e:fine', 'e:bad', 'e:rage'])
  expect(outline(shownRows(rows, 'trouble'))).toEqual(['e:bad', '  c:failed', '  c:beside', 'e:rage'])
  expect(shownRows(rows, 'all')).toBe(rows)
})

test('a session of ten thousand rows keeps every one in its place', () => {
  const n = 3334
  const numbers = Array.from({ length: n }, (_, i) => i)
  const rows = buildTimeline({
    ...none, events: numbers.map((i) => click(`k${i}`, i * 100)), calls: numbers.map((i) => call(`c${i}`, 'server', i * 100 + 10, { trace_id: `t${i}` })),
    spans: numbers.map((i) => ({ ...span(`s${i}`, 'unknown', i * 100 + 20), trace_id: `t${i}` })), links: numbers.map((i) => link({ event_id: `k${i}`, server_call_id: `c${i}` })),
  })
  expect(rows).toHaveLength(3 * n)
  expect(outline(rows.slice(-3))).toEqual(['e:k3333', '  c:c3333', '    s:s3333'])
})

test('server rows whose clock is off are moved into the browser call, in their order and with their spans', () => {
  const rows = buildTimeline({
    ...none, calls: [call('fetch', 'client', 0, { duration_us: 200_000 }), call('edge', 'server', 300), call('app', 'server', 310, { span_id: 'a', duration_us: 80_000 })],
    spans: [span('db', 'a', 320)],
    links: [link({ client_call_id: 'fetch', server_call_id: 'app' }), link({ client_call_id: 'fetch', server_call_id: 'edge' })],
  })
  expect(rows.map((row) => [row.id, row.start - 1_000_000])).toEqual([['c:fetch', 0], ['c:edge', 50], ['c:app', 60], ['s:db', 70]])
  expect(clockDifference(rows)).toBe(250)
})

test('an action that was slow or failed says where that sits', () => {
  const verdict = { event_id: 'a', is: 'backend', service: 'payments' } as Timeline['verdicts'][number]
  const [row] = buildTimeline({ ...none, events: [click('a', 0)], verdicts: [verdict, { ...verdict, event_id: 'gone' }] })
  expect(row!.note).toBe('backend: payments')
})
