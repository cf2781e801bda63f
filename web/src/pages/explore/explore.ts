// Series and breakdown as the URL keeps them: measures, what they are split by, and what each number opens.
import type { components } from '../../api/schema'
import { asFlag, asList, asNumber, asOneOf, asParts, asStep, asText, isWhole, type Shape, type Step } from '../../lib/ask'
import { joinTerms, literal, splitTerms } from '../../lib/filter'
import { formatCount, formatMs, formatRate, formatShare } from '../../lib/format'
import { usualPeriod, type Period } from '../../lib/periods'
import type { Range } from '../../lib/time'
import { asFilter } from '../../lib/where'

type Schemas = components['schemas']
type Spec = Schemas['MeasureSpec']

export const subjects = ['calls', 'events', 'sessions', 'people', 'interactions'] as const
export type Subject = (typeof subjects)[number]
export type Measure = { of?: Subject; stat?: string; where?: string; side?: 'server' | 'client' | 'any' }

export type Explore = {
  measures?: Measure[]
  breakdown?: string[]
  bucket?: '1m' | '5m' | '1h' | '1d' | '1w'
  limit?: number
  of?: Step
  period?: Period
  period_count?: number
  count_by?: string
  week_start?: 'monday' | 'sunday'
  bots?: boolean
}

export const exploreShape: Shape<Explore> = {
  measures: asList(asParts<Measure>({ of: asOneOf(...subjects), stat: asText, where: asText, side: asOneOf('server', 'client', 'any') }), 10),
  breakdown: asList(asText, 2), bucket: asOneOf('1m', '5m', '1h', '1d', '1w'), limit: asNumber,
  of: asStep, period: asOneOf('hour', 'day', 'week', 'month'), period_count: asNumber, count_by: asText, week_start: asOneOf('monday', 'sunday'), bots: asFlag,
}

/** What is asked when nobody says what. */
export const usualMeasures: Record<'series' | 'breakdown', Measure[]> = {
  series: [{ of: 'events', stat: 'people' }],
  breakdown: [{ of: 'events', stat: 'people' }, { of: 'events' }],
}

const usualSplit: Record<Subject, string> = { events: 'page_route', calls: 'endpoint', sessions: 'entry_page', people: 'page_route', interactions: 'endpoint' }

/** What rows are split by when nobody says; over time they are not. */
export function splitOf(asked: Explore, view: 'series' | 'breakdown'): string[] {
  return asked.breakdown ?? (view === 'series' ? [] : [usualSplit[asked.measures?.[0]?.of ?? 'events']])
}

/** Another subject for a measure. What is split by a field is of one kind of record, so the others and the old field go. */
export function changeSubject(measures: Measure[], at: number, of: Subject, split: boolean): Partial<Explore> {
  if (split) return { measures: [{ of }], breakdown: undefined }
  return { measures: measures.map((old, other) => (other === at ? { of } : old)) }
}

type Common = { from: string; to: string; timezone: string; filter?: string }

function specsOf(measures: Measure[]): Spec[] {
  return measures.map(({ of = 'events', stat = 'count', where, side }) => ({ of, stat, ...(where ? { where } : {}), ...(side && of === 'calls' ? { side } : {}) }))
}

const bots = (asked: Explore) => (asked.bots ? { bots: true } : {})

export function seriesQuestion(asked: Explore, common: Common): Schemas['SeriesBody'] {
  return { ...common, ...bots(asked), measures: specsOf(asked.measures ?? usualMeasures.series), bucket: asked.bucket ?? 'auto', breakdown: splitOf(asked, 'series'), limit: Math.min(asked.limit ?? 5, 10) }
}

export function breakdownQuestion(asked: Explore, common: Common): Schemas['BreakdownBody'] {
  return { ...common, ...bots(asked), measures: specsOf(asked.measures ?? usualMeasures.breakdown), breakdown: splitOf(asked, 'breakdown'), limit: asked.limit ?? 100 }
}

export function lifecycleQuestion(asked: Explore, range: Range, common: Common): (Schemas['LifecycleBody'] & { period: Period; period_count: number }) | null {
  const of = asked.of ?? { page: '/**' }
  if (!isWhole(of)) return null
  return { ...common, of, period: asked.period ?? usualPeriod(range), period_count: asked.period_count ?? 1, ...(asked.count_by && asked.count_by !== 'property:' ? { count_by: asked.count_by } : {}), ...(asked.week_start ? { week_start: asked.week_start } : {}) }
}

/** "calls", "people with events", "p95 time of calls", "sum of properties.amount" */
export function measureWords({ of, stat = 'count', where, side }: Spec): string {
  const what = of === 'calls' && side && side !== 'server' ? `${side === 'any' ? 'all' : 'browser'} calls` : of === 'sessions' ? 'visits' : of
  const [kind = '', name] = stat.split(/:(.*)/s)
  return `${name === undefined ? plainWords(kind, what) : kind === 'apdex' ? `apdex (${name}) of ${what}` : `${statNames[kind] ?? kind} of ${name}`}${where ? ` where ${where}` : ''}`
}

const statNames: Record<string, string> = { p50: 'median', mean: 'mean' }

function plainWords(stat: string, what: string): string {
  switch (stat) {
    case 'count': return what
    case 'people': return `people with ${what}`
    case 'sessions': return `visits with ${what}`
    case 'rate': return `${what} a second`
    case 'failed': case 'refused': return `${stat} ${what}`
    case 'error_rate': return `share of ${what} that failed`
    default: return `${statNames[stat] ?? stat} time of ${what}`
  }
}

/** Whether a measure counts, so that "most" is the word for its top. */
function counts({ stat = 'count' }: Spec): boolean {
  return ['count', 'people', 'sessions', 'failed', 'refused'].includes(stat)
}

/** "the most calls", "the highest p95 time of calls" */
export function topWords(spec: Spec): string {
  return `the ${counts(spec) ? 'most' : 'highest'} ${measureWords(spec)}`
}

export type Format = (value: number | null, beside?: number) => string

/** How a measure is written: durations, shares, rates, or plain numbers. */
export function formatOf({ of, stat = 'count' }: Spec): Format {
  if (stat === 'error_rate') return formatShare
  if (stat === 'rate') return formatRate
  const [kind, name] = stat.split(/:(.*)/s)
  const timed = name ? name.endsWith('_ms') && kind !== 'apdex' : of === 'calls' && /^(p\d+|mean)$/.test(kind!)
  if (timed) return formatMs
  return (value) => (value === null ? '–' : Number.isInteger(value) ? formatCount(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1))
}

/** Which axis a measure stands at: what is written alike shares one. */
export function axisOf(spec: Spec, first: Spec): 'left' | 'right' {
  const kind = ({ of, stat = 'count' }: Spec) => (stat === 'error_rate' ? 'share' : stat === 'rate' ? 'rate' : formatOf({ of, stat }) === formatMs ? 'time' : 'number')
  return kind(spec) === kind(first) ? 'left' : 'right'
}

const recordOf: Record<Subject, { to: '/calls' | '/events' | '/sessions'; record: string } | null> = {
  calls: { to: '/calls', record: 'call' }, events: { to: '/events', record: 'event' }, people: { to: '/events', record: 'event' }, sessions: { to: '/sessions', record: 'session' }, interactions: null,
}

/** The list of the records that a number counts, or that its people made; null where there is no such list. */
export function opens({ of, where, side }: Spec, labels: Record<string, string | null>, filter: string | undefined): { to: '/calls' | '/events' | '/sessions'; search: { filter?: string; side?: string } } | null {
  const list = recordOf[of]
  if (!list) return null
  const { to, record } = list
  const cuts = Object.entries(labels).map(([name, value]) => {
    const field = name.startsWith(`${record}.`) ? name : `${record}.${name}`
    return value === null ? `!has(${field})` : `${field} == ${/^(true|false)$/.test(value) ? value : literal(value)}`
  })
  const terms = [...splitTerms(filter ?? ''), ...cuts, ...(where ? [asFilter(where, record)] : [])]
  return { to, search: { ...(terms.length > 0 ? { filter: joinTerms(terms) } : {}), ...(side && of === 'calls' ? { side } : {}) } }
}

/** "pro / mobile": a line's name; what has no value is said to have none. */
export function labelWords(labels: Record<string, string | null>): string {
  return Object.values(labels).map((value) => value || '(none)').join(' / ')
}

type Line = Schemas['SeriesLine']

/** What the lines say first: which is the largest, or where one line was highest. */
export function seriesFinding(lines: Line[], specs: Spec[], momentOf: (bucket: number) => string): string {
  const first = lines.filter(({ measure, values }) => measure === 0 && values.some((value) => value !== null))
  const spec = specs[0]
  if (!spec || first.length === 0) return 'There is nothing to measure in this range.'
  const write = formatOf(spec)
  const top = first[0]!
  if (first.length > 1) return `${labelWords(top.labels)} has ${topWords(spec)}`
  const peak = top.values.reduce<number>((best, value, i) => ((value ?? -Infinity) > (top.values[best] ?? -Infinity) ? i : best), 0)
  return `${capital(topWords(spec).slice('the '.length))}: ${write(top.values[peak]!)} at ${momentOf(peak)}`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

type Lifecycle = Pick<Schemas['LifecycleOutput'], 'new' | 'returning' | 'resurrecting' | 'dormant'>

/** The kinds of a lifecycle, in plain words; the last stands below the line. */
export const kinds = [
  { id: 'new', label: 'new', doc: 'seen for the first time ever', color: 'var(--good)' },
  { id: 'returning', label: 'stayed', doc: 'there in the interval before too', color: 'var(--ok)' },
  { id: 'resurrecting', label: 'came back', doc: 'seen before, but not in the interval before', color: 'var(--action)' },
  { id: 'dormant', label: 'gone', doc: 'there in the interval before, and not in this', color: 'var(--failed)' },
] as const
export type Kind = (typeof kinds)[number]['id']

/** Whether more come than go, over the intervals that are over. */
export function lifecycleFinding(answer: Lifecycle, many: string): string {
  const sum = (values: number[]) => values.slice(0, -1).reduce((n, value) => n + value, 0)
  const [gained, gone] = [sum(answer.new) + sum(answer.resurrecting), -sum(answer.dormant)]
  if (answer.new.length < 2) return `${formatCount(answer.new[0])} new ${many}`
  return gained === gone ? `As many ${many} came as went: ${formatCount(gone)}` : `${gained > gone ? 'More' : 'Fewer'} ${many} came than went: ${formatCount(gained)} came, ${formatCount(gone)} went`
}

type Bar = Schemas['StickinessBar']

/** "80 % of people were there on 1 day only." */
export function stickinessFinding(bars: Bar[], many: string, interval: string): string {
  const all = bars.reduce((n, { people }) => n + people, 0)
  if (all === 0) return `No ${many} in this range.`
  const once = bars[0]?.people ?? 0
  return once * 2 >= all ? `${formatShare(once / all)} of ${formatCount(all)} ${many} were there in one ${interval} only` : `${formatShare(1 - once / all)} of ${formatCount(all)} ${many} were there in more than one ${interval}`
}
