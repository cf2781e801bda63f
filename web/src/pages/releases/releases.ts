// The question that the Releases page keeps in its URL, and its answer in words.
import type { Change, CompareQuestion, MetricChange } from '../../api/compare'
import { asText, type Shape } from '../../lib/ask'
import { formatMs, formatRate, formatShare } from '../../lib/format'
import { points } from '../overview/words'

export type Compare = { /** A version; absent with at = the newest change. */ release?: string; service?: string; /** A moment in place of a release, RFC 3339. */ at?: string }

export const compareShape: Shape<Compare> = { release: asText, service: asText, at: asText }

type Common = { from: string; to: string; timezone: string; filter?: string }

/** A moment that is still being written is not asked about. */
export function compareQuestion(asked: Compare, common: Common): CompareQuestion | null {
  if (asked.at && Number.isNaN(Date.parse(asked.at))) return null
  return { ...common, ...asked }
}

/** "payments 1.2.0"; what has no version is the moment at which something changed. */
export function changeName({ service, version }: Pick<Change, 'service' | 'version'>): string {
  return [service, version].filter(Boolean).join(' ') || 'everything'
}

/** What of the URL chooses a change. */
export function askFor({ service, version, at }: Change): Compare {
  return { ...(service ? { service } : {}), ...(version ? { release: version } : { at }) }
}

export function isChosen(change: Change, chosen: Change | null): boolean {
  return chosen !== null && change.service === chosen.service && change.version === chosen.version && change.at === chosen.at
}

export const found: Record<Change['from'], string> = { marker: 'release marker', calls: 'seen on calls', asked: 'asked for' }

type Kind = { words: string; kind: 'share' | 'ms' | 'rate' }

const metrics: Record<string, Kind> = {
  error_share: { words: 'failed calls', kind: 'share' }, p50_ms: { words: 'p50', kind: 'ms' }, p95_ms: { words: 'p95', kind: 'ms' }, requests_per_second: { words: 'calls', kind: 'rate' },
  friction_share: { words: 'actions with friction', kind: 'share' }, left_share: { words: 'actions after which people left', kind: 'share' }, goal_share: { words: 'reached the goal', kind: 'share' },
}

function kindOf(metric: string): Kind {
  return metrics[metric] ?? { words: metric.replaceAll('_', ' '), kind: metric.endsWith('_share') ? 'share' : metric.endsWith('_ms') ? 'ms' : 'rate' }
}

/** A measure as people say it; a goal by its name. */
export function metricWords({ metric, goal }: Pick<MetricChange, 'metric' | 'goal'>, goals: { id: string; name: string }[]): string {
  return goal ? `people who reached ${goals.find(({ id }) => id === goal)?.name ?? goal}` : kindOf(metric).words
}

/** A value of a measure in its unit. */
export function valueWords(metric: string, value: number | null): string {
  const { kind } = kindOf(metric)
  return kind === 'share' ? formatShare(value) : kind === 'ms' ? formatMs(value) : formatRate(value)
}

/** "−12 % (−20 to −4 %)"; of shares "+2 points (+1 to +3 points)". */
export function shiftWords({ metric, change, ci95 }: Pick<MetricChange, 'metric' | 'change' | 'ci95'>): string {
  if (change === null) return '–'
  const written = kindOf(metric).kind === 'share' ? (n: number) => points(n) : percent
  const range = ci95 ? ` (${written(ci95[0]!).replace(/ (points?|%)$/, '')} to ${written(ci95[1]!)})` : ''
  return `${written(change)}${range}`
}

function percent(share: number): string {
  const rounded = Math.round(Math.abs(share) * 100)
  return `${rounded === 0 ? '' : share < 0 ? '−' : '+'}${rounded} %`
}

/** When there will be enough, as a moment to come; null when nothing is awaited. */
export function readyWords(readyAt: string | undefined, now: number, verdict: string): string | null {
  const left = readyAt ? Date.parse(readyAt) - now : Number.NaN
  if (!(left > 0)) return null
  const minutes = Math.ceil(left / 60_000)
  const wait = minutes < 60 ? `${minutes} min` : minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`
  return verdict === 'not_enough_data' ? `There will be enough in about ${wait}.` : `The next look, with twice the time, is in about ${wait}.`
}
