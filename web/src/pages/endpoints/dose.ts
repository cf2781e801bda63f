// How a goal goes with an endpoint's speed, in words.
import type { DoseAnswer } from '../../api/impact'
import { asNumber, asText, type Shape } from '../../lib/ask'
import { formatCount, formatMs } from '../../lib/format'
import { decimal, pointsRange, rangeWords } from '../impact/impact'
import { points } from '../overview/words'

export type DoseAsked = { goal?: string; target?: number }

export const doseShape: Shape<DoseAsked> = { goal: asText, target: asNumber }

export const usualTarget = 500

/** "Each further second costs Order paid 2 points (−4 points to 0 points)", or why there is no curve. */
export function doseFinding({ refusal, slope_per_second: slope, ci95: range, p }: Pick<DoseAnswer, 'refusal' | 'slope_per_second' | 'ci95' | 'p'>, goal: string): string {
  if (refusal) return refusal.says
  if (slope === null) return `There is no curve of ${goal} over how long it takes`
  if (p !== null && p > 0.05) return `How long it takes makes no difference to ${goal} that is more than chance (${pointsRange(range)} a second)`
  return slope < 0 ? `Each further second costs ${goal} ${points(slope).slice(1)} (95 %: ${pointsRange(range)})` : `Each further second goes with more of ${goal}: ${points(slope)} (95 %: ${pointsRange(range)})`
}

/** "From 800 ms on each doubling costs more." */
export function kneeWords(knee: number | null): string {
  return knee === null ? 'The curve has no bend that can be told from none.' : `The curve bends at ${formatMs(knee)}.`
}

/** "Had the 120 calls over 500 ms met it, there would be about 2.3 more Order paid a day (0.5 to 4.1)." */
export function targetWords({ target }: Pick<DoseAnswer, 'target'>, goal: string): string {
  if (!target) return ''
  const { target_ms: ms, calls_over: over, goals_per_day: won, ci95: range } = target
  if (over === 0) return `No call took over ${formatMs(ms)}: there is nothing to win.`
  return `Had the ${formatCount(over)} calls over ${formatMs(ms)} met it: about ${decimal(won)} ${goal} more a day (95 %: ${rangeWords(range)}).`
}
