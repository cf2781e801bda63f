// Paths as the URL keeps them, the graph that is drawn, and what it says in words.
import type { PathsAnswer, PathsQuestion } from '../../api/behaviour'
import { asFlag, asList, asNumber, asText, type Shape } from '../../lib/ask'
import { formatCount, formatMs, formatShare, plural } from '../../lib/format'

export type Paths = {
  of?: string
  where?: string
  session_gap?: string
  max_steps?: number
  max_edges?: number
  start?: string
  end?: string
  groupings?: string[]
  template?: boolean
  raw?: boolean
}

/** raw is the page's own word for "by path and not by template", so that by template need not be said. */
export const pathsShape: Shape<Paths> = {
  of: asText, where: asText, session_gap: asText, max_steps: asNumber, max_edges: asNumber, start: asText, end: asText, groupings: asList(asText, 100), template: asFlag, raw: asFlag,
}

export const usual = { of: 'pages', max_steps: 5, max_edges: 30, session_gap: '30m' }

type Common = { from: string; to: string; timezone: string; filter?: string }

export function pathsQuestion(asked: Paths, common: Common): PathsQuestion | null {
  const { raw, template: _, ...rest } = asked
  const of = asked.of ?? usual.of
  if (of === 'property:') return null
  return { ...common, ...usual, ...rest, of, ...(of === 'pages' && !raw ? { template: true } : {}) }
}

type Edge = PathsAnswer['edges'][number]

export type Node = { id: string; step: number; name: string; visits: number; /** Of visits: how many ended here. */ ended: number; /** Not a node of the data: the ways that the list leaves out. */ other?: true }
export type Link = { source: string; target: string; count: number; edge?: Edge }
export type Graph = { nodes: Node[]; links: Link[]; steps: number }

/** "2_/cart" is /cart as the second step. */
export function readNode(id: string): { step: number; name: string } {
  const at = id.indexOf('_')
  return { step: Number(id.slice(0, at)), name: id.slice(at + 1) }
}

/** The graph with the ways that the list leaves out as nodes of their own, so that what comes to a node is what leaves it or ends there. */
export function graphOf({ edges, nodes }: Pick<PathsAnswer, 'edges' | 'nodes'>): Graph {
  const links: Link[] = edges.map((edge) => ({ source: edge.source, target: edge.target, count: edge.count, edge }))
  const left = new Map<string, number>()
  for (const { source, count } of links) left.set(source, (left.get(source) ?? 0) + count)
  const others = new Map<number, { into: number; out: number }>()
  const other = (step: number) => others.get(step) ?? others.set(step, { into: 0, out: 0 }).get(step)!
  const shown: Node[] = nodes.map(({ node, visits, other_in, other_out }) => {
    const { step, name } = readNode(node)
    if (other_out > 0) {
      links.push({ source: node, target: `${step + 1}`, count: other_out })
      other(step + 1).into += other_out
    }
    if (other_in > 0) {
      links.push({ source: `${step - 1}`, target: node, count: other_in })
      other(step - 1).out += other_in
    }
    return { id: node, step, name, visits, ended: Math.max(0, visits - (left.get(node) ?? 0) - other_out) }
  })
  for (const [step, { into, out }] of others) shown.push({ id: `${step}`, step, name: 'other', visits: Math.max(into, out), ended: 0, other: true })
  return { nodes: shown, links, steps: Math.max(0, ...shown.map(({ step }) => step)) }
}

/** Calls on an edge that deserve a mark. */
const manyFailed = 0.02
const slowMs = 1000

export function troubleOf(edge: Edge | undefined): 'failed' | 'slow' | null {
  if (edge?.error_share != null && edge.error_share >= manyFailed) return 'failed'
  return edge?.p75_call_ms != null && edge.p75_call_ms >= slowMs ? 'slow' : null
}

/** "120 times from / to /cart, by 98 people, after 12 s; 3 % of the calls between failed, three of four took at most 240 ms." */
export function edgeWords(link: Link): string {
  const [from, to] = [link.source, link.target].map((id) => (id.includes('_') ? readNode(id).name : 'other'))
  const { edge } = link
  if (!edge) return `${formatCount(link.count)} times from ${from} to ${to}, on ways that are not drawn one by one.`
  const calls = edge.error_share === null ? 'no call between' : `${formatShare(edge.error_share)} of the calls between failed${edge.p75_call_ms === null ? '' : `, three of four took at most ${formatMs(edge.p75_call_ms)}`}`
  return `${formatCount(edge.count)} times from ${from} to ${to}, by ${plural(edge.people, 'person', 'people')}, after ${formatMs(edge.mean_ms)} on average; ${calls}.`
}

export function nodeWords({ name, step, visits, ended, other }: Node): string {
  if (other) return `Step ${step}: ${formatCount(visits)} on ways that are not drawn one by one.`
  return `${name} as step ${step}: ${plural(visits, 'way')} came here, ${formatCount(ended)} of them ended (${formatShare(visits ? ended / visits : 0)}).`
}

type Headline = { edge: Edge; /** Set when trouble makes the headline; else it is how usual the way is. */ failed?: number; of?: number }

/** What stands out: trouble on a way first, else the most usual way; null of no ways. */
export function headline({ edges, nodes }: Pick<PathsAnswer, 'edges' | 'nodes'>): Headline | null {
  const hurt = edges.filter((edge) => troubleOf(edge) === 'failed').toSorted((a, b) => b.count * b.error_share! - a.count * a.error_share!)[0]
  if (hurt) return { edge: hurt, failed: hurt.error_share! }
  const [most] = edges
  return most ? { edge: most, of: nodes.filter(({ node }) => readNode(node).step === readNode(most.source).step).reduce((n, { visits }) => n + visits, 0) } : null
}

/** The headline as a sentence. */
export function finding(answer: Pick<PathsAnswer, 'edges' | 'nodes'>): string {
  const head = headline(answer)
  if (!head) return ''
  const { edge, failed, of } = head
  const [from, to] = [readNode(edge.source), readNode(edge.target)]
  if (failed !== undefined) return `From ${from.name} to ${to.name}, ${formatShare(failed)} of the calls failed.`
  return `Most often people went from ${from.name} to ${to.name}: ${formatCount(edge.count)} of ${plural(of ?? 0, 'way')} at step ${from.step} (${formatShare(of ? edge.count / of : null)}).`
}

/** What stands on an arrow: how often it was taken, the share that the headline names, and what hurts. */
export function markOf({ edge, count }: Link, head: Headline | null): string {
  const trouble = troubleOf(edge)
  const hurt = trouble === 'failed' ? `${formatShare(edge!.error_share)} fail` : trouble === 'slow' ? `${formatMs(edge!.p75_call_ms)} wait` : ''
  const share = edge && edge === head?.edge && head.of ? formatShare(count / head.of) : ''
  return [formatCount(count), hurt || share].filter(Boolean).join(' · ')
}
