import { expect, test } from 'vitest'
import { readAsk, writeAsk } from '../../lib/ask'
import { edgeWords, finding, graphOf, headline, markOf, nodeWords, pathsQuestion, pathsShape, readNode, troubleOf, type Paths } from './paths'

const common = { from: '2026-11-20T00:00:00Z', to: '2026-11-27T00:00:00Z', timezone: 'UTC' }
const edge = (source: string, target: string, count: number, more = {}) => ({ source, target, count, people: count, mean_ms: 12_000, calls: count, error_share: 0, p75_call_ms: 80, ...more })
const node = (name: string, visits: number, other_in = 0, other_out = 0) => ({ node: name, visits, other_in, other_out })

const answer = {
  edges: [edge('1_/', '2_/cart', 60), edge('2_/cart', '3_/', 30, { error_share: 0.1 })],
  nodes: [node('1_/', 100, 0, 25), node('2_/cart', 65, 5, 10), node('3_/', 30)],
}

test('paths survive the URL; pages are named by template unless their paths are asked for', () => {
  const asked: Paths = { of: 'events', start: 'a', groupings: ['/orders/*'], max_steps: 4, raw: true }
  expect(readAsk(writeAsk(asked), pathsShape)).toEqual(asked)
  expect(pathsQuestion({}, common)).toEqual({ ...common, of: 'pages', max_steps: 5, max_edges: 30, session_gap: '30m', template: true })
  expect(pathsQuestion({ raw: true }, common)).not.toHaveProperty('template')
  expect(pathsQuestion({ of: 'property:' }, common)).toBeNull()
})

test('the graph adds up: what comes to a node leaves it or ends there', () => {
  const { nodes, links, steps } = graphOf(answer)
  expect(steps).toBe(3)
  for (const { id, visits, ended, other, step } of nodes) {
    const sum = (end: 'source' | 'target') => links.filter((link) => link[end] === id).reduce((n, { count }) => n + count, 0)
    if (!other && step > 1) expect(sum('target')).toBe(visits)
    if (!other) expect(sum('source') + ended).toBe(visits)
  }
  expect(nodes.filter(({ other }) => other).map(({ step, visits }) => [step, visits])).toEqual([[2, 25], [3, 10], [1, 5]])
  expect(nodes.map(({ ended }) => ended)).toEqual([15, 25, 30, 0, 0, 0])
})

test('an edge to a page and back is no cycle: nodes have their step', () => {
  expect(readNode('3_/a_b')).toEqual({ step: 3, name: '/a_b' })
})

test('edges and nodes in words', () => {
  const { nodes, links } = graphOf(answer)
  expect(edgeWords(links[0]!)).toBe('60 times from / to /cart, by 60 people, after 12 s on average; 0 % of the calls between failed, three of four took at most 80 ms.')
  expect(edgeWords(links.at(-1)!)).toContain('on ways that are not drawn one by one')
  expect(nodeWords(nodes[1]!)).toBe('/cart as step 2: 65 ways came here, 25 of them ended (38 %).')
})

test('trouble is said first, else the most usual way', () => {
  expect(finding(answer)).toBe('From /cart to /, 10 % of the calls failed.')
  expect(finding({ ...answer, edges: answer.edges.slice(0, 1) })).toBe('Most often people went from / to /cart: 60 of 100 ways at step 1 (60 %).')
  expect([troubleOf(edge('1_a', '2_b', 1, { error_share: null, p75_call_ms: null })), troubleOf(edge('1_a', '2_b', 1, { p75_call_ms: 1000 })), troubleOf(undefined)]).toEqual([null, 'slow', null])
})

test('an arrow says how often it was taken, the headline its share too', () => {
  const one = { ...answer, edges: answer.edges.slice(0, 1) }
  const [first] = graphOf(one).links
  expect(markOf(first!, headline(one))).toBe('60 · 60 %')
  const hurt = headline(answer)!
  expect(markOf({ source: '', target: '', count: hurt.edge.count, edge: hurt.edge }, hurt)).toContain('10 % fail')
  expect(markOf({ source: '', target: '', count: 1200 }, hurt)).toBe('1,200')
})
