import { expect, test } from 'vitest'
import { glossary, type Entry } from './glossary'

test('every entry is a sentence of its own, and no two explain one word', () => {
  const entries = Object.entries<Entry>(glossary)
  for (const [id, { short, long }] of entries) for (const text of [short, long ?? '.']) expect(text, id).toMatch(/[.?]$/)
  expect(new Set(entries.map(([, { term }]) => term.toLowerCase())).size).toBe(entries.length)
})
