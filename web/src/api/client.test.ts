import { expect, test } from 'vitest'
import { problemOf, unwrap } from './client'

test('a problem carries the hint of the server', () => {
  expect(problemOf({ title: 'Bad Request', detail: 'filter: no field', hint: 'GET /api/v1/fields' }, 400)).toMatchObject({ status: 400, message: 'filter: no field', hint: 'GET /api/v1/fields' })
})

test.each([null, 'proxy error page', { title: 3 }])('any other body is still an error: %j', (body) => {
  expect(problemOf(body, 502)).toMatchObject({ title: 'The server answered 502', detail: '', hint: '' })
})

test('unwrap gives the data or throws the problem', async () => {
  expect(await unwrap(Promise.resolve({ data: 1, response: new Response() }))).toBe(1)
  const refused = unwrap(Promise.resolve({ error: { title: 'Gone', detail: 'no such call' }, response: new Response(null, { status: 404 }) }))
  await expect(refused).rejects.toMatchObject({ status: 404, message: 'no such call' })
})
