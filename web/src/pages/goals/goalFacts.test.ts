import { expect, test } from 'vitest'
import { goalFacts } from './goalFacts'

test('all that was set for a goal, and nothing that was not', () => {
  expect(goalFacts({ id: 'a', name: 'a', step: { event: 'a' }, direction: 'down', target: 60, owner: 'ada', value: 'properties.amount', currency: 'EUR' })).toBe('target 60 a day · fewer is better · each worth properties.amount EUR · owner ada')
  expect(goalFacts({ id: 'a', name: 'a', step: { event: 'a' }, direction: 'up' })).toBe('no target')
})
