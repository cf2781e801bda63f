import { expect, test } from 'vitest'
import { bare, isListed, pageUrl, referrerUrl } from '../src/url.js'

test('of a page its path and its campaign are kept, and a fragment that is a path', () => {
  expect(pageUrl('https://a.example/x?token=1&utm_source=mail#part')).toBe('https://a.example/x?utm_source=mail')
  expect(pageUrl('https://a.example/app#/orders/17?token=1')).toBe('https://a.example/app#/orders/17')
  expect(pageUrl('https://a.example/app#!/orders')).toBe('https://a.example/app#!/orders')
})

test('of another site only the origin is kept', () => {
  expect(referrerUrl('https://news.example/secret?q=1')).toBe('https://news.example/')
  expect(referrerUrl(`${location.origin}/from?q=1`)).toBe(`${location.origin}/from`)
  expect(referrerUrl('')).toBeUndefined()
})

test('a request loses query, fragment and credentials', () => {
  expect(bare(new URL('https://me:secret@a.example/x?y#z'))).toBe('https://a.example/x')
})

test('hosts are listed by name or by the domain above them', () => {
  const patterns = ['api.example.com', '*.example.org', 'localhost:8080']
  for (const host of ['api.example.com', 'a.example.org', 'a.b.example.org', 'localhost:8080']) expect(isListed(host, patterns)).toBe(true)
  for (const host of ['example.com', 'x.api.example.com', 'example.org', 'notexample.org', 'localhost']) expect(isListed(host, patterns)).toBe(false)
})
