import { expect, test } from 'vitest'
import type { BlastAnswer } from '../../api/blast'
import { anyFailure, blastQuestion, extentWords, finding, knownWords, usualWords } from './blast'

const common = { from: 'a', to: 'b', timezone: 'UTC' }
const share = (count: number, of: number) => ({ count, of, share: of === 0 ? null : count / of, ci95: [0, 1] }) as BlastAnswer['usual'][number]['hit']

test('who has not said what hit them asks about every failure', () => {
  expect(blastQuestion({}, [], common)).toEqual({ ...common, exposure: anyFailure })
  expect(blastQuestion({ exposure: { call: '' } }, [], common)).toBeNull()
  expect(blastQuestion({ patience: '7d' }, [{ id: 'x', name: 'X', step: { event: 'X' }, direction: 'up' }], common)).toMatchObject({ goal: { event: 'X' }, patience: '7d' })
})

test('whom it hit, and what became of most', () => {
  const outcomes: BlastAnswer['outcomes'] = [{ outcome: 'recovered', people: share(10, 100) }, { outcome: 'lost', people: share(60, 100) }, { outcome: 'returned', people: share(0, 100) }, { outcome: 'open', people: share(30, 100) }]
  expect(finding({ people: 100, outcomes })).toBe('100 people were hit: 60 % lost, 30 % still open, 10 % recovered')
  expect(finding({ people: 0, outcomes: [] })).toBe('Nobody was hit in this range')
  expect(extentWords({ sessions: 120, accounts: 0, hits: 1 })).toBe('In 120 visits, 1 time in all.')
  expect(knownWords({ rows: 10, with_person: 4 })).toContain('4 are somebody’s')
  expect(knownWords({ rows: 4, with_person: 4 })).toBeNull()
})

test('compared with what such people normally do, or why not', () => {
  const usual = { of: 'reached_goal', hit: share(12, 100), usual: share(31, 100), difference: -0.19, ci95: [-0.25, -0.12], fewer_people: 19, fewer_people_ci95: [12, 25], followed_seconds: 3600, weeks: 4 } as BlastAnswer['usual'][number]
  expect(usualWords(usual, 'Order paid')).toBe('12 % of those hit reached Order paid (12 of 100); of those who did the same unharmed at such hours before, 31 % did: −19 points (95 %: −25 to −12 points), about 19 people fewer (12 to 25).')
  expect(usualWords({ ...usual, difference: null, why: 'Nobody did it before.' }, 'x')).toMatch(/Nobody did it before\.$/)
})
