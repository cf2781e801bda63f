import { expect, test } from 'vitest'
import { describeReason } from './reasons'

test('reasons have words, and one that the page does not know yet has none', () => {
  expect(describeReason('no_browser')).toContain('nothing from a browser')
  expect(describeReason('brand_new')).toBe('')
})
