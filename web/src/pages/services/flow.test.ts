import { describe, expect, test } from 'vitest'
import type { ServiceEdge } from '../../api/groups'
import { layFlow, nodeWidth, serviceName } from './flow'

const edge = (caller: string, callee: string, calls = 1): ServiceEdge => ({ caller, callee, calls, failed: 0, error_rate: 0, p50_us: null, p95_us: null, people: 0, sessions: 0, session_ids: [] })
const columnOf = (rows: ServiceEdge[]) => Object.fromEntries(layFlow(rows).nodes.map((node) => [node.name, node.x / (nodeWidth + 90)]))

describe('flow of services', () => {
  test('callers stand left of what they call, however short the other way', () => {
    expect(columnOf([edge('browser', 'shop'), edge('shop', 'bank'), edge('browser', 'bank')])).toEqual({ browser: 0, shop: 1, bank: 2 })
  })
  test('a circle and a service that calls itself end', () => {
    const flow = layFlow([edge('a', 'b'), edge('b', 'a'), edge('a', 'a')])
    expect(flow.nodes.map((node) => node.name).toSorted()).toEqual(['a', 'b'])
    expect(flow.edges).toHaveLength(3)
  })
  test('ten thousand services are cut to the busiest edges, and the rest is counted', () => {
    const flow = layFlow(Array.from({ length: 10_000 }, (_, i) => edge('gateway', `service-${i}`)))
    expect([flow.edges.length, flow.left]).toEqual([30, 9970])
    expect(flow.nodes.length).toBe(31)
  })
  test('one edge and none are drawn', () => {
    expect(layFlow([edge('', 'shop')]).nodes[0]!.label).toBe(serviceName(''))
    expect(layFlow([])).toMatchObject({ nodes: [], edges: [], left: 0 })
  })
  test('no two services stand on each other', () => {
    const { nodes } = layFlow([edge('a', 'c'), edge('b', 'c'), edge('a', 'd'), edge('d', 'c')])
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length)
  })
})
