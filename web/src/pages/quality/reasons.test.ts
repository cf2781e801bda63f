import { expect, test } from 'vitest'
import { callsAlone, describeReason } from './reasons'

const calls = { total: 100, client: 0, with_client: 0, linked_to_action: 0, by_method: { span: 30, match: 10 } }
const unlinked = (side: string, count: number) => ({ reason: 'no_client', side, count, example: 'x' })

test('what is neither linked nor explained came without a browser', () => {
  expect(callsAlone({ calls, unlinked: [unlinked('server', 15), unlinked('client', 40)] })).toBe(45)
  expect(callsAlone({ calls, unlinked: [unlinked('server', 80)] })).toBe(0)
})

test('a reason the page does not know yet has no words', () => {
  expect(describeReason('brand_new')).toBe('')
})
