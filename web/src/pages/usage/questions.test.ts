import { describe, expect, test } from 'vitest'
import type { SeriesAnswer } from '../../api/types'
import { causedQuestion, costs, featureQuestion, features, pageRows, refused, refusedQuestion, trendQuestion, type BreakdownAnswer } from './questions'

const meta = { elapsed_ms: 1, sampled: false, approx: false, link_coverage: null }
const answer = (...rows: [Record<string, string | null>, ...(number | null)[]][]): BreakdownAnswer => ({ rows: rows.map(([labels, ...values]) => ({ labels, values })), other: false, meta })

describe('features', () => {
  test('what was done meets what it caused and how it went over time', () => {
    const trend: SeriesAnswer = { buckets: [], end: '', other: false, meta, series: [{ labels: { name: 'click', target: 'Pay' }, measure: 0, values: [1, 2] }] }
    const rows = features(answer([{ name: 'click', target: 'Pay' }, 3, 2, 2], [{ name: 'Order Paid', target: '' }, 1, 1, 1]), answer([{ name: 'click', target: 'Pay' }, 6, 1, 250]), trend)
    expect(rows[0]).toEqual({ name: 'click', target: 'Pay', count: 3, people: 2, sessions: 2, calls: 6, failed: 1, slowest: 250, trend: [1, 2] })
    expect(rows[1]).toMatchObject({ name: 'Order Paid', calls: null, trend: [] })
  })
  test('names that differ only in where they are cut stay apart', () => {
    const rows = features(answer([{ name: 'a"', target: 'b' }, 1, 1, 1], [{ name: 'a', target: '"b' }, 1, 1, 1]), answer([{ name: 'a"', target: 'b' }, 9, 0, null]), undefined)
    expect(rows.map((row) => row.calls)).toEqual([9, null])
  })
  test('rows that only another measure brought are left out', () => {
    expect(features(answer([{ name: 'page_view' }, 0, 0, 0]), undefined, undefined)).toEqual([])
  })
  test('ask for target when they are shown by it', () => {
    expect(featureQuestion({ from: 0, to: 1 }, 'target').breakdown).toEqual(['name', 'target'])
    expect(causedQuestion({ from: 0, to: 1 }, 'page').breakdown).toEqual(['page'])
    expect(trendQuestion({ from: 0, to: 30 * 86_400_000 }, 'name').bucket).toBe('1d')
  })
})

test('engaged time comes in pieces and is told per view', () => {
  const [page] = pageRows(answer([{ page_route: '/cart' }, 10, 4, 5, 42_000, null, null, null, 0]), undefined, undefined)
  expect(page!.engaged).toBe(4_200)
})

test('engaged time that nobody told is unknown, never zero', () => {
  const [page] = pageRows(answer([{ page_route: '/cart' }, 10, 4, 5, 0, 1200, null, null, 1], [{ page_route: '' }, 3, 1, 1, null, null, null, null, 0]), answer([{ page: '/cart' }, 30, 2, 800]), answer([{ exit_page: '/cart' }, 3]))
  expect(page).toEqual({ page: '/cart', views: 10, people: 4, sessions: 5, engaged: null, lcp: 1200, inp: null, cls: null, errors: 1, calls: 30, failed: 2, slowest: 800, exits: 3 })
})

describe('costs', () => {
  test('an endpoint that few use and that takes much of the time is named', () => {
    const rows = costs(answer([{ endpoint: 'GET /report' }, 9000, 3, 1, 4000, 0], [{ endpoint: 'GET /a' }, 900, 900, 50, 2, 0], [{ endpoint: 'GET /b' }, 100, 100, 40, 2, 1]))
    expect(rows.map((row) => row.verdict)).toEqual(['little used, costly', '', ''])
    expect(rows[0]).toMatchObject({ share: 0.9, perPerson: 9000 })
  })
  test('without people there is no time per person, and without calls nothing', () => {
    expect(costs(answer([{ endpoint: 'GET /a' }, 10, 1, 0, null, 0]))[0]!.perPerson).toBeNull()
    expect(costs(answer())).toEqual([])
  })
})

test('refusals stand by client and endpoint, one number for each status', () => {
  const question = refusedQuestion({ from: 0, to: 1 }, 'browser')
  expect(question.filter).toBe('call.status in [401, 403, 404, 429]')
  expect(refused(answer([{ browser: 'Firefox', endpoint: 'GET /a' }, 10, 1, 2, 3, 4, 5]), 'browser')).toEqual([{ client: 'Firefox', endpoint: 'GET /a', count: 10, byStatus: [1, 2, 3, 4], people: 5 }])
})
