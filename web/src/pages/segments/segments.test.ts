import { expect, test } from 'vitest'
import { bodyOf, draftOf, proposals } from './segments'
import { conditionWords } from './words'

test.each([
  ['session.failed > 0', 'visits with at least 1 failed call'],
  ['session.failed > 0 && session.device == "mobile"', 'visits with at least 1 failed call, whose device is mobile'],
  ['session.pages == 1 && call.duration_ms > 2000.0', 'visits with exactly 1 page load, with a call whose duration is more than 2 s'],
  ['session.actions < 3', 'visits with at most 2 actions'],
  ['call.failed && call.route == "/pay" && session.browser != "Firefox"', 'visits whose browser is not Firefox, with a call that failed and whose route is /pay'],
  ['!call.failed && call.refused == false', 'visits with a call that did not fail and that was not refused'],
  ['has(session.user_id) && event.properties.plan == "pro"', 'visits whose user is known, with an event whose plan is pro'],
  ['!has(session.bot)', 'visits whose bot is not known'],
])('%s reads as %s', (filter, words) => expect(conditionWords(filter)).toBe(words))

test('what no click would write stays as it was written', () => {
  expect(conditionWords('session.browser in ["Firefox", "Safari"]')).toBe('visits where session.browser in ["Firefox", "Safari"]')
  expect(conditionWords('session.failed > session.pages')).toBe('visits where session.failed > session.pages')
})

test('a draft has every part, and what is sent leaves out an empty note', () => {
  expect(bodyOf(draftOf({ name: ' Phones ', filter: ' session.device == "mobile" ' }))).toEqual({ name: 'Phones', filter: 'session.device == "mobile"', of: 'people' })
  expect(bodyOf(draftOf(proposals[0]!))).toEqual(proposals[0])
})
