import type { ServiceEdge } from '../../api/groups'

export type FlowNode = { name: string; label: string; x: number; y: number; calls: number; failed: number }
export type FlowEdge = { edge: ServiceEdge; path: string; width: number }
export type Flow = { nodes: FlowNode[]; edges: FlowEdge[]; width: number; height: number; left: number }

export const nodeWidth = 150
export const nodeHeight = 26
const columnGap = 90
const rowGap = 12
const most = 30

/** What the screen calls a service; a call without a known caller came from outside. */
export function serviceName(name: string): string {
  return name || '(no caller known)'
}

/** Lays the busiest edges out in columns, callers left of what they call. Services that call in a circle stay where they were met first. */
export function layFlow(rows: ServiceEdge[]): Flow {
  const used = rows.slice(0, most)
  const columns = columnsOf(used)
  const nodes = new Map<string, FlowNode>()
  const filled: number[] = []
  for (const [name, column] of columns) {
    const row = filled[column] ?? 0
    filled[column] = row + 1
    nodes.set(name, { name, label: serviceName(name), x: column * (nodeWidth + columnGap), y: row * (nodeHeight + rowGap), calls: 0, failed: 0 })
  }
  for (const edge of used) {
    const callee = nodes.get(edge.callee)!
    callee.calls += edge.calls
    callee.failed += edge.failed
  }
  const busiest = Math.max(1, ...used.map((edge) => edge.calls))
  const edges = used.map((edge) => ({ edge, path: curve(nodes.get(edge.caller)!, nodes.get(edge.callee)!), width: 1 + 4 * Math.sqrt(edge.calls / busiest) }))
  return {
    nodes: [...nodes.values()], edges, left: rows.length - used.length,
    width: filled.length * (nodeWidth + columnGap) - columnGap, height: Math.max(1, ...filled.map((n) => n ?? 0)) * (nodeHeight + rowGap) - rowGap,
  }
}

/** The column of each service: one further right than its furthest caller, without following a circle round. */
function columnsOf(edges: ServiceEdge[]): Map<string, number> {
  const callers = new Map<string, string[]>()
  for (const { caller, callee } of edges) {
    if (!callers.has(caller)) callers.set(caller, [])
    if (caller !== callee) callers.set(callee, [...(callers.get(callee) ?? []), caller])
    else if (!callers.has(callee)) callers.set(callee, [])
  }
  const columns = new Map<string, number>()
  const place = (name: string, path: Set<string>): number => {
    const known = columns.get(name)
    if (known !== undefined) return known
    if (path.has(name)) return -1
    path.add(name)
    const column = Math.max(-1, ...(callers.get(name) ?? []).map((caller) => place(caller, path))) + 1
    path.delete(name)
    columns.set(name, column)
    return column
  }
  for (const name of callers.keys()) place(name, new Set())
  return columns
}

function curve(from: FlowNode, to: FlowNode): string {
  const [x1, y1] = [from.x + nodeWidth, from.y + nodeHeight / 2]
  const [x2, y2] = [to.x, to.y + nodeHeight / 2]
  const bend = Math.max(40, Math.abs(x2 - x1) / 2)
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
}
