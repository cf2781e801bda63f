// The question that the page of a blast radius keeps in its URL, and its answer in words.
import type { BlastAnswer, BlastQuestion, Outcome } from '../../api/blast'
import type { Goal } from '../../api/types'
import { asStep, asText, isWhole, type Shape, type Step } from '../../lib/ask'
import { durationWords } from '../../lib/duration'
import { formatCount, formatShare, plural } from '../../lib/format'
import { decimal, pointsRange, rangeWords } from '../impact/impact'
import { points } from '../overview/words'

export type Blast = { exposure?: Step; /** Of the project's goals; absent = the first. */ goal?: string; patience?: string }

export const blastShape: Shape<Blast> = { exposure: asStep, goal: asText, patience: asText }

/** Whatever failed, for who has not said yet. */
export const anyFailure: Step = { call: '*', where: 'failed == true' }

export const usualPatience = '24h'

type Common = { from: string; to: string; timezone: string; filter?: string }

export function blastQuestion({ exposure = anyFailure, goal, patience }: Blast, goals: Goal[], common: Common): BlastQuestion | null {
  if (!isWhole(exposure)) return null
  const chosen = goals.find(({ id }) => id === goal) ?? goals[0]
  return { ...common, exposure, ...(chosen ? { goal: chosen.step } : {}), ...(patience ? { patience } : {}) }
}

export const outcomes: Record<Outcome, { word: string; meaning: (patience: string) => string; tone: 'good' | 'ok' | 'failed' | 'muted' }> = {
  recovered: { word: 'recovered', meaning: () => 'the same call went well later in the visit', tone: 'good' },
  converted_later: { word: 'converted later', meaning: () => 'reached the goal all the same', tone: 'good' },
  returned: { word: 'returned', meaning: () => 'came back in another visit', tone: 'ok' },
  lost: { word: 'lost', meaning: (patience) => `did not come back within ${durationWords(patience)}`, tone: 'failed' },
  open: { word: 'still open', meaning: () => 'may still come back', tone: 'muted' },
}

/** "105 people were hit: 60 % recovered, 12 % lost, 20 % still open" */
export function finding({ people, outcomes: became }: Pick<BlastAnswer, 'people' | 'outcomes'>): string {
  if (people === 0) return 'Nobody was hit in this range'
  const parts = became.filter(({ people: { count } }) => count > 0).toSorted((a, b) => b.people.count - a.people.count).slice(0, 3).map(({ outcome, people: { share } }) => `${formatShare(share)} ${outcomes[outcome].word}`)
  return `${plural(people, 'person was', 'people were')} hit: ${parts.join(', ')}`
}

/** "in 120 visits of 3 accounts, 240 times" */
export function extentWords({ sessions, accounts, hits }: Pick<BlastAnswer, 'sessions' | 'accounts' | 'hits'>): string {
  return `In ${plural(sessions, 'visit')}${accounts > 0 ? ` of ${plural(accounts, 'account')}` : ''}, ${plural(hits, 'time')} in all.`
}

type Usual = BlastAnswer['usual'][number]

/** "12 % of those hit reached the goal, usually 31 %: −19 points (−25 to −12 points), about 20 people fewer (13 to 26)." */
export function usualWords(u: Usual, goal: string): string {
  const did = u.of === 'reached_goal' ? `reached ${goal}` : 'came back'
  const both = `${formatShare(u.hit.share)} of those hit ${did} (${formatCount(u.hit.count)} of ${formatCount(u.hit.of)})`
  if (u.difference === null) return `${both}. ${u.why ?? ''}`.trim()
  const fewer = u.fewer_people === null ? '' : `, about ${decimal(Math.abs(u.fewer_people))} people ${u.fewer_people >= 0 ? 'fewer' : 'more'}${u.fewer_people >= 0 ? ` (${rangeWords(u.fewer_people_ci95)})` : ''}`
  return `${both}; of those who did the same unharmed at such hours before, ${formatShare(u.usual.share)} did: ${points(u.difference)} (95 %: ${pointsRange(u.ci95)})${fewer}.`
}

/** Whose number is known: hits that carry nobody are in no list. */
export function knownWords({ rows, with_person }: BlastAnswer['known']): string | null {
  return rows > with_person ? `Of ${plural(rows, 'record')} that match, ${formatCount(with_person)} are somebody’s that is known; the others are in no number here.` : null
}
