// What the Overview says, in words a product manager understands: from facts to sentences.
import { term } from '../../lib/filter'
import { endpointFilter } from '../../api/endpoints'
import { formatCount, formatDuration, formatShare, plural } from '../../lib/format'
import type { Cost, GoalToday, Overview, ReleaseEffect, Trouble, WorstStep } from '../../api/types'

/** The filter whose calls are exactly the bad ones of the trouble, from when it began. */
export function badCalls(t: Pick<Trouble, 'endpoint' | 'kind' | 'slow_over_ms'>): string {
  return `${endpointFilter(t.endpoint)} && ${t.kind === 'failing' ? 'call.failed == true' : `call.duration_ms > ${t.slow_over_ms}.0`}`
}

/** What hit people in the trouble, as a step. */
export function hitBy({ endpoint: e, kind, slow_over_ms }: Pick<Trouble, 'endpoint' | 'kind' | 'slow_over_ms'>): { call: string; where: string } {
  return { call: `${e.service ? `${e.service}: ` : ''}${e.method} ${e.route}`, where: kind === 'failing' ? 'failed == true' : `duration_ms > ${slow_over_ms}.0` }
}

/** "8 of 15 calls (53 %, usually 0.5 %)" */
export function badWords({ bad, usual }: Trouble): string {
  const compared = usual === null ? 'nothing to compare with yet' : `usually ${formatShare(usual)}`
  return `${formatCount(bad.count)} of ${plural(bad.of, 'call')} (${formatShare(bad.share)}, ${compared})`
}

export function becameWords({ became: b, side }: Trouble): string {
  if (b.visits === 0) {
    return side === 'server' ? 'Whom it hit is not known: no visit is linked to these calls.' : 'Whom it hit is not known.'
  }
  if (b.visits === 1) {
    const became = b.recovered > 0 ? 'saw the same call go well later' : b.left > 0 ? 'ended within 10 minutes' : b.still_there > 0 ? 'is still there' : 'went on with something else'
    return `The one visit that met it ${became}.`
  }
  const parts = [
    b.recovered > 0 && `in ${formatCount(b.recovered)} the same call went well later`,
    b.left > 0 && `${formatCount(b.left)} ended within 10 minutes`,
    b.still_there > 0 && `${formatCount(b.still_there)} ${b.still_there === 1 ? 'is' : 'are'} still there`,
    b.went_on > 0 && `${formatCount(b.went_on)} went on with something else`,
  ].filter((part) => part !== false)
  return `Of ${b.sampled ? 'the newest ' : ''}${plural(b.visits, 'visit')} that met it, ${list(parts)}.`
}

/** Below it a share says nothing, whatever its interval. */
const fewest = 3

/** How many reached the goal; null when there is no goal, or nobody to tell it by. */
export function goalWords({ goal }: Trouble): string | null {
  if (!goal || goal.hit.of === 0) return null
  const hit = goal.hit.of === 1
    ? `The one visit that met it ${goal.hit.count === 1 ? 'reached' : 'did not reach'} ${goal.goal.name} afterwards`
    : `${formatCount(goal.hit.count)} of ${formatCount(goal.hit.of)} visits that met it reached ${goal.goal.name} afterwards (${formatShare(goal.hit.share)})`
  if (goal.difference === null) return `${hit}; nobody made the same call unharmed to compare with.`
  const compared = `${hit}, ${formatCount(goal.not_hit.count)} of ${formatCount(goal.not_hit.of)} that made the same call unharmed (${formatShare(goal.not_hit.share)})`
  if (Math.min(goal.hit.of, goal.not_hit.of) < fewest) return `${compared}. Too few to compare.`
  const [low = -1, high = 1] = goal.ci95
  const sure = low > 0 || high < 0
  return `${compared}. ${sure ? `That is ${points(goal.difference)} (95 %: ${points(low)} to ${points(high)}).` : 'So few may differ by chance alone.'}`
}

/** A difference of shares: "−63 points". */
export function points(difference: number): string {
  const rounded = Math.round(Math.abs(difference) * 100)
  return `${rounded === 0 ? '' : difference < 0 ? '−' : '+'}${rounded} points`
}

const verdicts: Record<Trouble['verdict']['because'], (t: Trouble) => string> = {
  server_failed: () => 'It is the backend: the server itself answered with an error, or with none.',
  server_time: ({ verdict: v }) => v.server_share === null
    ? 'It is the backend, by the server’s own clock; no call was seen from both sides.'
    : `It is the backend: the server took ${formatShare(v.server_share)} of the wait, by the middle of ${plural(v.pairs, 'call')} seen from both sides.`,
  outside_server: ({ verdict: v }) => `It is the network: the server took only ${formatShare(v.server_share)} of the wait, by the middle of ${plural(v.pairs, 'call')} seen from both sides.`,
  no_answer: () => 'It looks like the network: the browser got no answer, and the server knows of no failure.',
  blocked_by_browser: () => 'It is the frontend: the browser refused to make the call (CORS).',
  one_side_only: () => 'Whether it is the network or the backend cannot be told: no call was seen from both sides.',
}

export function verdictWords(t: Trouble): string {
  return verdicts[t.verdict.because](t)
}

/** Against the target and the same time of earlier days: "60 % of 60 a day". */
export function targetWords({ count, goal }: GoalToday): string {
  return goal.target ? `${formatShare(count / goal.target)} of ${formatCount(goal.target)} a day` : 'no target'
}

/** Whether today is better or worse than a day before, and for whom more is better; null is a day that is not on record. */
export function comparison(count: number, before: number | null, direction: string | undefined): { text: string; tone: 'good' | 'failed' | 'muted' } {
  if (before === null) return { text: 'no data yet', tone: 'muted' }
  if (before === 0) return { text: `${formatCount(before)}`, tone: 'muted' }
  const change = (count - before) / before
  const text = `${formatCount(before)} (${change >= 0 ? '+' : '−'}${formatShare(Math.abs(change))})`
  // Counts of a day scatter by their root; less is no news.
  if (Math.abs(count - before) < 2 * Math.sqrt(count + before)) return { text, tone: 'muted' }
  return { text, tone: change > 0 === (direction !== 'down') ? 'good' : 'failed' }
}

/** "about 3.1 a day (0.4 to 6.0)"; a range on both sides of nothing says so. */
export function costWords(c: Cost): string {
  if (c.lost_per_day === null) {
    return c.ready_days ? `not enough data, about ${plural(Math.ceil(c.ready_days), 'day')} more` : 'not enough data'
  }
  const [low = 0, high = 0] = c.ci95
  const range = `${decimal(low)} to ${decimal(high)}`
  if (low <= 0 && high >= 0) return `may be nothing (${range})`
  return c.lost_per_day > 0 ? `about ${decimal(c.lost_per_day)} (${range})` : `none seen (${range})`
}

export const strengths: Record<Cost['strength'], string> = {
  strong: 'strong', moderate: 'moderate', association_only: 'association only', not_enough_data: '–',
}

function decimal(n: number): string {
  const text = Math.abs(n) < 10 ? Math.abs(n).toFixed(1) : formatCount(Math.abs(n))
  return n < 0 && Number(text) !== 0 ? `−${text}` : text
}

export const releaseVerdicts: Record<ReleaseEffect['verdict'], { text: string; tone: string }> = {
  improved: { text: 'improved', tone: 'good' },
  worse: { text: 'worse', tone: 'failed' },
  no_change: { text: 'no change', tone: 'muted' },
  not_enough_data: { text: 'not enough data', tone: 'muted' },
}

/** Why a release cannot be judged yet; null when it is. */
export function releaseWait(e: ReleaseEffect, now: number): string | null {
  if (e.verdict !== 'not_enough_data') return null
  if (e.ready_at) {
    const minutes = Math.max(1, Math.ceil((Date.parse(e.ready_at) - now) / 60_000))
    return minutes < 120 ? `about ${minutes} min more` : `about ${plural(Math.ceil(minutes / 60), 'hour')} more`
  }
  if (e.before.failed.of === 0) return 'no calls before it'
  if (e.after.failed.of === 0) return 'no calls after it'
  return Math.min(e.before.failed.of, e.after.failed.of) < 200 ? 'too few calls around it' : 'the time before it is not on record from its begin'
}

/** What got better or worse: "slower", "fails less, but slower"; null when nothing did. */
export function releaseMeans({ errors, speed }: Pick<ReleaseEffect, 'errors' | 'speed'>): string | null {
  const fails = { improved: 'fails less', worse: 'fails more', no_change: null }[errors]
  const takes = { improved: 'faster', worse: 'slower', no_change: null }[speed]
  if (fails && takes) return `${fails}, ${errors === speed ? 'and' : 'but'} ${takes}`
  return fails ?? takes
}

/** "Of 100 visits at /cart, 50 went on to /checkout: half are lost there." */
export function worstStepWords(w: WorstStep): string | null {
  const [from, to] = [w.steps[w.worst - 1], w.steps[w.worst]]
  if (!w.known || !from || !to) return null
  return `${formatShare(1 - to.count / from.count)} are lost between ${from.name} and ${to.name}: of ${plural(from.count, 'visit')}, ${formatCount(to.count)} went on.`
}

/** What a mark means, and the way out of it. */
export const markedWords = 'Such visits are stored and left out wherever people are counted or listed. Open a page in an ordinary browser, not one that a program drives, and click something there.'

/** What is missing before the page can tell more; null when nothing is. */
export function missing({ data }: Overview): string | null {
  if (data.calls === 0 && data.events > 0) return 'What people do arrives, but no call of the API in the last 24 hours: an access log, or OpenTelemetry, brings them.'
  if (data.events === 0 && data.marked) return `What people do was seen in the last 24 hours, but only from a browser marked as ${data.marked}. ${markedWords}`
  if (data.calls > 0 && data.events === 0) return 'Calls arrive, but nothing of what people did in the last 24 hours: the script tag brings it.'
  if (data.calls > 0 && data.linked === 0) return 'Calls and what people do both arrive, but not one call is linked to what a person did.'
  return null
}

/** Against itself, in its own time; null when it is not slow. */
export function slowWords(t: Trouble): string | null {
  if (t.kind !== 'slow' && !t.slow) return null
  const usually = t.usual_p95_us === null ? '' : `, usually ${formatDuration(t.usual_p95_us)}`
  const inTwenty = `one call in twenty took longer than ${formatDuration(t.p95_us)} ${t.until ? 'in that time' : 'since then'}${usually}`
  if (t.slow) return `It ${t.until ? 'was' : 'is'} slow too: ${formatCount(t.slow.count)} of ${plural(t.slow.of, 'call')} took longer than ${formatDuration(t.slow_over_ms * 1000)}; ${inTwenty}.`
  return `It ${t.until ? 'was' : 'is'} slower than it usually is: ${inTwenty}.`
}

/** What calm rests on, or why nothing can be said yet. */
export function quietWords({ now }: Overview, since: string): { title: string; text: string } {
  if (now.history_since) {
    return {
      title: 'Too little history to know what is usual.',
      text: `The first record is of ${since}. No endpoint fails so often that it is clear without a comparison, over ${plural(now.calls, 'call')}.`,
    }
  }
  return { title: 'Nothing hurts people now.', text: `No endpoint fails more, or is slower, than it usually is at this hour, over ${plural(now.calls, 'call')}.` }
}

/** Conditions joined as the API reads them. */
export function ofService(service: string): string {
  return service ? term('call.service', '==', service) : ''
}

function list(parts: string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
