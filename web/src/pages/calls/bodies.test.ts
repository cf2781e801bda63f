import { expect, test } from 'vitest'
import { layBody } from './bodies'

test.each([
  ['{"a":[1,{"b":"x, y: {z}"}],"c":{},"d":[]}', '{\n  "a": [\n    1,\n    {\n      "b": "x, y: {z}"\n    }\n  ],\n  "c": {},\n  "d": []\n}'],
  ['{"quote":"\\"","slash":"\\\\"}', '{\n  "quote": "\\"",\n  "slash": "\\\\"\n}'],
  [' [ ] ', '[]'],
])('JSON is laid out: %s', (sent, shown) => {
  expect(layBody(sent)).toEqual({ kind: 'JSON', text: shown })
  expect(JSON.parse(shown)).toEqual(JSON.parse(sent))
})

test('a long number keeps its digits', () => {
  expect(layBody('{"id":12345678901234567890}').text).toBe('{\n  "id": 12345678901234567890\n}')
})

test.each(['card refused', '{"cut":', '42', '"word"', 'a=1&b=2'])('what is no JSON document stays as it came: %s', (text) => {
  expect(layBody(text)).toEqual({ kind: 'text', text })
})
