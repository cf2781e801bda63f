import { describe, expect, test } from 'vitest'
import { problemOf } from '../../api/client'
import type { Goal } from '../../api/types'
import { catalogueNames } from '../../api/catalogue'
import { fieldError, formError } from './fieldErrors'
import { emptyGoal, goalBody, goalDraft } from './goalForm'
import { keyBody, whatStops } from './keys'
import { linesOf } from './lines'
import { previewOf } from './preview'

describe('a goal in the form', () => {
  test.each<Goal>([
    { id: 'paid', name: 'Paid', step: { event: 'Order Paid', where: 'properties.amount > 10.0' }, direction: 'up', target: 12.5, owner: 'ada', value: 'properties.amount', currency: 'EUR' },
    { id: 'done', name: 'Done', step: { page: '/orders/{id}', template: true }, direction: 'down' },
    { id: 'sent', name: 'Sent', step: { call: 'shop: POST /orders' }, direction: 'up' },
  ])('goes back to the API as it came: $name', (goal) => {
    const { id, ...body } = goal
    expect(id).toBeTruthy()
    expect(goalBody(goalDraft(goal))).toEqual(body)
  })
  test('is trimmed, and what is empty is left out', () => {
    expect(goalBody({ ...emptyGoal, name: ' Paid ', what: ' pay ', where: '  ', owner: ' ' })).toEqual({ name: 'Paid', step: { event: 'pay' }, direction: 'up' })
  })
  test('compares templates only where a page is seen', () => {
    expect(goalBody({ ...emptyGoal, name: 'a', kind: 'call', what: 'POST /a', template: true }).step).toEqual({ call: 'POST /a' })
  })
})

describe('what the server refuses', () => {
  const refusal = (path: string) => problemOf({ title: 'Bad Request', detail: `${path}: no`, hint: 'Write another.', errors: [{ path, message: 'it is wrong' }] }, 400)
  test('stands at its field, parts of it too', () => {
    for (const path of ['origins', 'origins[2]', 'origins.x']) expect(fieldError(refusal(path), 'origins')).toBe('It is wrong. Write another.')
    expect(fieldError(refusal('origins2'), 'origins')).toBeUndefined()
    expect(fieldError(new Error('away'), 'origins')).toBeUndefined()
  })
  test('of a part with a field of its own does not stand at the whole', () => {
    expect(fieldError(refusal('step.where'), 'step', ['step.where'])).toBeUndefined()
    expect(fieldError(refusal('step.event'), 'step', ['step.where'])).toBeDefined()
  })
  test('stands above the button when no field shows it', () => {
    const error = refusal('other')
    expect(formError(error, ['name'])).toBe(error)
    expect(formError(error, ['name', 'other'])).toBeNull()
  })
})

test('entries are one a line or between commas, each once', () => {
  expect(linesOf(' a\n\nb, a ,c\r\n')).toEqual(['a', 'b', 'c'])
})

test('only a browser key has origins', () => {
  const draft = { origins: 'https://a.example\nhttps://b.example', note: ' shop ' }
  expect(keyBody({ kind: 'browser', ...draft })).toEqual({ kind: 'browser', origins: ['https://a.example', 'https://b.example'], note: 'shop' })
  expect(keyBody({ kind: 'server', ...draft, note: '' })).toEqual({ kind: 'server' })
})

test('revoking says whose records stop arriving', () => {
  expect(whatStops({ kind: 'browser', origins: ['https://a.example'] })).toContain('Browsers on https://a.example are refused')
  expect(whatStops({ kind: 'browser', origins: [] })).toContain('all pages that carry it')
  expect(whatStops({ kind: 'server', origins: [] })).toMatch(/^Servers/)
})

describe('the preview of a link', () => {
  test('is what the real link becomes', () => {
    expect(previewOf('https://t.example/trace/{trace_id}?x=1', 'trace')).toEqual({ href: 'https://t.example/trace/4bf92f3577b34da6a3ce929d0e0e4736?x=1' })
  })
  test.each([
    ['', 'Write {trace_id} where the id belongs.'],
    ['https://t.example/', '{trace_id} is missing: it stands for the id.'],
    ['https://t.example/{request_id}', '{trace_id} is missing: it stands for the id.'],
    ['javascript:alert("{trace_id}")', 'This is not the address of a web page.'],
  ])('of %j says what it lacks', (template, problem) => {
    expect(previewOf(template, 'trace')).toEqual({ problem })
  })
})

test('the catalogue is offered as settings name endpoints, the busiest first', () => {
  const row = { method: 'GET', route: '/a', service: 'shop', calls: 1 }
  expect(catalogueNames([row, { ...row, service: '', calls: 3 }, row])).toEqual(['GET /a', 'shop: GET /a'])
})
