// Turns the records of one session into the waterfall: under each action the calls it caused, under each client call the
// server's rows of every tier, under those their spans. What nothing explains stands at the root, at its own time.
import { formatMs } from '../../lib/format'
import { shortVerdict } from '../verdict/words'
import type { RowKind, Tone, WaterfallRow } from '../../charts/waterfallRows'
import type { CallRecord, EventRecord, InteractionRecord, LinkRecord, SignalRecord, SpanRecord, Timeline } from '../../api/types'

type Node = { row: WaterfallRow; children: Node[] }

/** The browser may note the start of a page a little after the start of what it loads. */
const loadSlackMs = 50
/** Logs round to the millisecond. */
const clockSlackMs = 2

export const eventKey = (id: string) => `e:${id}`
export const callKey = (id: string) => `c:${id}`
export const spanKey = (id: string) => `s:${id}`

export function buildTimeline(timeline: Pick<Timeline, 'events' | 'calls' | 'spans' | 'links' | 'signals' | 'interactions' | 'verdicts'>): WaterfallRow[] {
  const nodes = new Map<string, Node>()
  for (const event of timeline.events) nodes.set(eventKey(event.id), { row: eventRow(event), children: [] })
  for (const call of timeline.calls) nodes.set(callKey(call.id), { row: callRow(call), children: [] })
  for (const span of timeline.spans) nodes.set(spanKey(span.span_id), { row: spanRow(span), children: [] })
  for (const signal of timeline.signals) addSignal(nodes, signal)
  for (const interaction of timeline.interactions) addReaction(nodes, interaction)

  for (const verdict of timeline.verdicts) addVerdict(nodes, verdict)

  const attached = new Set<string>()
  const attach = (parent: string, child: string, link?: LinkRecord) => {
    const above = nodes.get(parent)
    const below = nodes.get(child)
    if (!above || !below || attached.has(child)) return
    attached.add(child)
    above.children.push(below)
    if (link) below.row.link = { method: link.method, confidence: link.confidence }
  }
  for (const link of linksByDepth(timeline.links)) {
    const [above, below] = endsOf(link)
    attach(above, below, link)
  }
  attachAssets(timeline, attach)
  attachSpans(timeline, attach)

  const roots = [...nodes].filter(([key]) => !attached.has(key)).map(([, node]) => node)
  for (const root of roots) alignClocks(root)
  return flatten(roots)
}

/**
 * The server's work lies within the wait it caused, whatever its clock says: rows that stick out of the browser's call are moved,
 * with all below them, to the middle of it. They are moved together, as one clock would have them; only where they do not fit
 * into the call together, because a log rounds, each for itself. Their panels keep the times that were recorded.
 */
function alignClocks({ row: above, children }: Node) {
  if (above.kind === 'client') {
    const served = children.filter(({ row }) => row.kind === 'server')
    if (lengthOf(served) <= (above.duration ?? 0)) fitInto(above, served)
    else for (const node of served) fitInto(above, [node])
  }
  for (const child of children) alignClocks(child)
}

function fitInto(above: WaterfallRow, nodes: Node[]) {
  const room = Math.max(0, (above.duration ?? 0) - lengthOf(nodes))
  const after = Math.min(...nodes.map(({ row }) => row.start)) - above.start
  if (after < -clockSlackMs || after > room + clockSlackMs) for (const node of nodes) move(node, room / 2 - after)
}

/** From the first start to the last end. */
function lengthOf(nodes: Node[]): number {
  return Math.max(0, ...nodes.map(({ row }) => row.start + (row.duration ?? 0))) - Math.min(...nodes.map(({ row }) => row.start))
}

function move({ row, children }: Node, by: number) {
  row.start += by
  row.moved = by
  for (const child of children) move(child, by)
}

function recorded({ start, moved = 0 }: WaterfallRow): number {
  return start - moved
}

/** How far the rows were moved at most, in milliseconds; 0 when every clock agrees. */
export function clockDifference(rows: WaterfallRow[]): number {
  return rows.reduce((most, row) => Math.max(most, Math.abs(row.moved ?? 0)), 0)
}

/** Client → server links first, so that a server call seen from the browser hangs below the browser's call and not beside it. */
function linksByDepth(links: LinkRecord[]): LinkRecord[] {
  const depth = (link: LinkRecord) => (link.client_call_id && link.server_call_id ? 0 : link.client_call_id ? 1 : 2)
  return links.toSorted((a, b) => depth(a) - depth(b) || b.confidence - a.confidence)
}

function endsOf(link: LinkRecord): [string, string] {
  if (!link.event_id) return [callKey(link.client_call_id ?? ''), callKey(link.server_call_id ?? '')]
  return [eventKey(link.event_id), callKey(link.client_call_id || link.server_call_id || '')]
}

/** Scripts, styles and images hang below the page they came with, loaded or changed to; no link says so, their place in time does. */
function attachAssets({ calls, events }: Pick<Timeline, 'calls' | 'events'>, attach: (parent: string, child: string) => void) {
  const loads = events.filter((event) => event.kind === 'page_view' || event.kind === 'route_change')
  for (const call of calls) {
    if (call.class !== 'asset' || call.side !== 'client') continue
    const load = loads.findLast((event) => Date.parse(event.time) <= Date.parse(call.time) + loadSlackMs)
    if (load) attach(eventKey(load.id), callKey(call.id))
  }
}

/** Spans hang below their parent span, else below the call whose span is their parent, else below the trace's first server call. */
function attachSpans({ calls, spans }: Pick<Timeline, 'calls' | 'spans'>, attach: (parent: string, child: string) => void) {
  const firstOfTrace = new Map<string, string>()
  // The answer's calls are in order of time.
  for (const call of calls) {
    if (call.side === 'server' && call.trace_id && !firstOfTrace.has(call.trace_id)) firstOfTrace.set(call.trace_id, call.id)
  }
  const bySpan = new Map(calls.toSorted((a) => (a.side === 'server' ? -1 : 1)).filter((call) => call.span_id).map((call) => [call.span_id, call.id]))
  const known = new Set(spans.map((span) => span.span_id))
  for (const span of spans) {
    const parent = span.parent_span_id ?? ''
    const call = bySpan.get(parent) ?? firstOfTrace.get(span.trace_id)
    if (known.has(parent) && parent !== span.span_id) attach(spanKey(parent), spanKey(span.span_id))
    else if (call) attach(callKey(call), spanKey(span.span_id))
  }
}

function addSignal(nodes: Map<string, Node>, signal: SignalRecord) {
  const node = nodes.get(eventKey(signal.event_id)) ?? nodes.get(callKey(signal.call_id ?? ''))
  node?.row.signals.push(signal.kind.replaceAll('_', ' '))
}

const reactions: Record<string, string> = { repeated: 'did it again', raged: 'clicked in anger', went_back: 'went back', left: 'left' }

/** Where it sits that the action was slow or failed. */
function addVerdict(nodes: Map<string, Node>, verdict: Timeline['verdicts'][number]) {
  const node = nodes.get(eventKey(verdict.event_id))
  const words = shortVerdict(verdict)
  if (node && words) node.row.note = [node.row.note, words].filter(Boolean).join(' · ')
}

/** What the person did then, where it was not simply to go on. */
function addReaction(nodes: Map<string, Node>, { event_id: event, reaction }: InteractionRecord) {
  const node = nodes.get(eventKey(event))
  const words = reactions[reaction]
  if (node && words) node.row.note = [node.row.note, `then ${words}`].filter(Boolean).join(' · ')
}

function flatten(roots: Node[]): WaterfallRow[] {
  const rows: WaterfallRow[] = []
  const visit = (nodes: Node[], depth: number) => {
    for (const { row, children } of nodes.toSorted((a, b) => a.row.start - b.row.start || recorded(a.row) - recorded(b.row) || (b.row.duration ?? 0) - (a.row.duration ?? 0))) {
      rows.push({ ...row, depth, hasChildren: children.length > 0 })
      visit(children, depth + 1)
    }
  }
  visit(roots, 0)
  return rows
}

const base = { depth: 0, hasChildren: false }

const kindOfEvent: Record<string, RowKind> = {
  page_view: 'page', route_change: 'page', click: 'click', submit: 'submit', web_vital: 'vital', error: 'error',
}

function eventRow(event: EventRecord): WaterfallRow {
  const properties = event.kind === 'custom' || event.kind === 'identify' ? describeProperties(event.properties) : ''
  return {
    ...base, ...(properties ? { note: properties } : {}), id: eventKey(event.id), kind: kindOfEvent[event.kind ?? ''] ?? 'event', label: describeEvent(event), start: Date.parse(event.time),
    tone: event.kind === 'error' ? 'failed' : 'ok', signals: [], ...(event.duration_us ? { duration: event.duration_us / 1000 } : {}),
  }
}

const shownProperties = 4
const shownLength = 40

/** The first few properties of an event of the application's own: "amount 42, plan pro"; the panel shows all. */
export function describeProperties(properties: Record<string, unknown> | undefined): string {
  const scalars = Object.entries(properties ?? {}).filter(([, value]) => typeof value !== 'object')
  const written = scalars.slice(0, shownProperties).map(([name, value]) => `${cut(name)} ${cut(String(value))}`)
  return scalars.length > shownProperties ? `${written.join(', ')}, …` : written.join(', ')
}

function cut(text: string): string {
  const characters = Array.from(text.slice(0, 2 * shownLength + 2))
  return characters.length > shownLength ? `${characters.slice(0, shownLength).join('')}…` : text
}

/** Which rows a reader wants: everything, the person's own doing, or where something went wrong with all that belongs to it. */
export type Shown = 'all' | 'actions' | 'trouble'

const own = new Set<RowKind>(['page', 'click', 'submit', 'event', 'error'])

export function isTrouble(row: WaterfallRow): boolean {
  return row.tone === 'failed' || row.signals.length > 0
}

/** The rows of that choice, in order. A tree is kept or left out as a whole, except that actions stand without what they caused. */
export function shownRows(rows: WaterfallRow[], shown: Shown): WaterfallRow[] {
  if (shown === 'actions') return rows.filter((row) => row.depth === 0 && own.has(row.kind)).map((row) => ({ ...row, hasChildren: false }))
  if (shown === 'all') return rows
  const kept: WaterfallRow[] = []
  for (let start = 0; start < rows.length;) {
    let end = start + 1
    while (end < rows.length && rows[end]!.depth > 0) end++
    const tree = rows.slice(start, end)
    if (tree.some(isTrouble)) kept.push(...tree)
    start = end
  }
  return kept
}

/** An event in the words of its kind: the page for a view, the element for a click, else its name. */
export function describeEvent(event: EventRecord): string {
  const page = event.page?.path || event.page?.url || ''
  const target = shortTarget(event.target?.name || event.target?.selector || '')
  switch (event.kind) {
    case 'page_view': return page || event.name
    case 'route_change': return `→ ${page || event.name}`
    case 'click': case 'submit': case 'change': return `${event.kind} ${target ? `“${target}”` : event.name}`
    case 'web_vital': return typeof event.properties?.engaged_ms === 'number' ? `visible for ${formatMs(event.properties.engaged_ms)}` : describeVital(String(event.properties?.name ?? event.name), event.properties?.value)
    case 'error': return [event.properties?.type ?? event.name, event.properties?.message].filter(Boolean).join(': ')
    default: return event.name
  }
}

const vitals: Record<string, string> = { TTFB: 'first byte after', FCP: 'first content after', LCP: 'main content after', INP: 'slowest reaction took', CLS: 'layout shifted by' }

/** "main content after 443 ms (LCP)" */
function describeVital(name: string, value: unknown): string {
  const words = vitals[name.toUpperCase()]
  if (!words || typeof value !== 'number') return value === undefined ? name : `${name} ${String(value)}`
  return `${words} ${name.toUpperCase() === 'CLS' ? value : formatMs(value)} (${name.toUpperCase()})`
}

/** Some SDKs name an element by its whole XPath; its end is what tells it from others. */
function shortTarget(target: string): string {
  return target.startsWith('//') ? `…/${target.split('/').slice(-2).join('/')}` : target
}

function callRow(call: CallRecord): WaterfallRow {
  const note = [call.status ? String(call.status) : call.error, call.side === 'server' ? call.service : ''].filter(Boolean).join(' ')
  return {
    ...base, id: callKey(call.id), kind: call.side === 'client' ? 'client' : 'server', label: `${call.method} ${call.path || call.route || ''}`, note,
    start: Date.parse(call.time), tone: toneOf(call), signals: [], ...(call.class === 'asset' ? { asset: true } : {}), ...(call.duration_us == null ? {} : { duration: call.duration_us / 1000 }),
  }
}

function toneOf(call: CallRecord): Tone {
  const status = call.status ?? 0
  if (status >= 500 || (status === 0 && call.error && call.error !== 'abort')) return 'failed'
  return status >= 400 ? 'refused' : 'ok'
}

function spanRow(span: SpanRecord): WaterfallRow {
  return {
    ...base, id: spanKey(span.span_id), kind: 'span', label: span.name, ...(span.service ? { note: span.service } : {}), start: Date.parse(span.time),
    tone: span.error ? 'failed' : 'ok', signals: [], ...(span.duration_us == null ? {} : { duration: span.duration_us / 1000 }),
  }
}
