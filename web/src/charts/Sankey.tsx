import { memo, useMemo, useState, type KeyboardEvent } from 'react'
import { sankey, sankeyLinkHorizontal, type SankeyGraph, type SankeyLink, type SankeyNode } from 'd3-sankey'
import { formatCount } from '../lib/format'
import { useWidth } from './useWidth'
import './sankey.css'

export type FlowNode = { id: string; /** Column, counted from 1. */ step: number; label: string; value: number; calm?: boolean }
export type Flow = { source: string; target: string; value: number; tone: 'failed' | 'slow' | 'other' | null; /** Stands on the flow: how much it is, and what hurts on it. */ mark?: string; /** The flow that the headline is about. */ headline?: boolean }

type Props = {
  label: string
  nodes: FlowNode[]
  flows: Flow[]
  steps: number
  describeNode: (index: number) => string
  describeFlow: (index: number) => string
  selected?: string | undefined
  onSelect: (node: string) => void
}

type PlacedNode = SankeyNode<FlowNode & { at: number }, Flow & { at: number }>
type PlacedFlow = SankeyLink<FlowNode & { at: number }, Flow & { at: number }>
type Cursor = { of: 'node' | 'flow'; at: number } | null

const columnWidth = 150
const nodeWidth = 8
const labelHeight = 15
const head = 18

/** Flows from step to step, as wide as what they count. Arrow keys walk along them, Enter selects a node. */
export const Sankey = memo(function Sankey({ label, nodes, flows, steps, describeNode, describeFlow, selected, onSelect }: Props) {
  const [frame, frameWidth] = useWidth<HTMLDivElement>()
  const [cursor, setCursor] = useState<Cursor>(null)
  const width = Math.max(frameWidth, columnWidth * steps)
  const placed = useMemo(() => place(nodes, flows, steps, width), [nodes, flows, steps, width])
  const column = width / Math.max(1, steps)
  const marks = useMemo(() => placeMarks(placed, column), [placed, column])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && cursor?.of === 'node') onSelect(nodes[cursor.at]!.id)
    else if (event.key === 'Escape') setCursor(null)
    else {
      const next = walk(placed, cursor, event.key)
      if (!next) return
      setCursor(next)
    }
    event.preventDefault()
  }
  return (
    <div>
      <div ref={frame} className="sankey-frame">
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
        <svg role="application" aria-roledescription="flow chart" aria-label={label} tabIndex={0} className="sankey" width={width} height={placed.height} onKeyDown={onKeyDown} onPointerLeave={() => setCursor(null)}>
          {Array.from({ length: steps }, (_, i) => <text key={i} className="axis" x={i * column} y={11}>Step {i + 1}</text>)}
          {placed.flows.map((flow) => (
            // The pointer reads what the arrow keys reach too.
            <path key={flow.at} className={`flow ${flow.tone ?? ''}${cursor?.of === 'flow' && cursor.at === flow.at ? ' here' : ''}${flow.headline ? ' headline' : ''}`} d={sankeyLinkHorizontal()(flow) ?? ''} strokeWidth={Math.max(1, flow.width ?? 1)}
              onPointerEnter={() => setCursor({ of: 'flow', at: flow.at })} />
          ))}
          {placed.nodes.map((node) => (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- the chart takes the keys
            <g key={node.id} className={`flow-node${node.calm ? ' calm' : ''}${selected === node.id ? ' selected' : ''}${cursor?.of === 'node' && cursor.at === node.at ? ' here' : ''}`}
              onPointerEnter={() => setCursor({ of: 'node', at: node.at })} onClick={() => !node.calm && onSelect(node.id)}>
              <rect x={node.x0} y={node.y0} width={nodeWidth} height={Math.max(1, node.y1! - node.y0!)} />
              <text x={node.x1! + 4} y={node.y0} dy="0.9em">{labelOf(node, column)}</text>
            </g>
          ))}
          {marks.map((mark) => <text key={mark.at} className={`flow-mark ${mark.tone ?? ''}${mark.headline ? ' headline' : ''}`} x={mark.x} y={mark.y} dy="0.32em" textAnchor="middle">{mark.text}</text>)}
        </svg>
      </div>
      <div className="reading" aria-live="polite">{cursor ? (cursor.of === 'node' ? describeNode(cursor.at) : describeFlow(cursor.at)) : 'Pointer or arrow keys read the chart; Enter or a click chooses a node.'}</div>
    </div>
  )
})

type Placed = { nodes: PlacedNode[]; flows: PlacedFlow[]; height: number }

/** Nodes stand in the column of their step; each is high enough for its label. */
function place(nodes: FlowNode[], flows: Flow[], steps: number, width: number): Placed {
  if (nodes.length === 0) return { nodes: [], flows: [], height: head }
  const perColumn = Math.max(...Array.from({ length: steps }, (_, i) => nodes.filter(({ step }) => step === i + 1).length))
  const height = head + Math.max(180, perColumn * (labelHeight + 16))
  const layout = sankey<FlowNode & { at: number }, Flow & { at: number }>()
    .nodeId(({ id }) => id)
    .nodeAlign(({ step }) => step - 1)
    .nodeWidth(nodeWidth)
    .nodePadding(labelHeight)
    .extent([[0, head], [width - (width / steps) + nodeWidth, height - labelHeight]])
  // The layout writes into what it is given.
  const graph: SankeyGraph<FlowNode & { at: number }, Flow & { at: number }> = layout({
    nodes: nodes.map((node, at) => ({ ...node, at, fixedValue: node.value })),
    links: flows.map((flow, at) => ({ ...flow, at })),
  })
  return { nodes: graph.nodes, flows: graph.links, height }
}

/** Where an arrow leads: along the flows sideways, within a column or among the flows of a node up and down; null for another key. */
function walk({ nodes, flows }: Placed, cursor: Cursor, key: string): Cursor {
  const sideways = { ArrowRight: 1, ArrowLeft: -1 }[key]
  const upright = { ArrowDown: 1, ArrowUp: -1 }[key]
  if (!sideways && !upright) return null
  const first = nodes.toSorted((a, b) => a.step - b.step || a.y0! - b.y0!)[0]
  if (!cursor) return first ? { of: 'node', at: first.at } : null
  if (cursor.of === 'node') {
    const node = nodes.find(({ at }) => at === cursor.at)!
    if (upright) return { of: 'node', at: beside(nodes.filter(({ step: other }) => other === node.step), node, upright).at }
    const along = (sideways === 1 ? node.sourceLinks : node.targetLinks)?.toSorted((a, b) => b.value - a.value)[0]
    return along ? { of: 'flow', at: along.at } : cursor
  }
  const flow = flows.find(({ at }) => at === cursor.at)!
  if (upright) return { of: 'flow', at: beside((flow.source as PlacedNode).sourceLinks!, flow, upright).at }
  return { of: 'node', at: ((sideways === 1 ? flow.target : flow.source) as PlacedNode).at }
}

/** The neighbour of one in a list that is ordered from top to bottom. */
function beside<Thing extends { y0?: number | undefined }>(all: Thing[], one: Thing, by: number): Thing {
  const ordered = all.toSorted((a, b) => a.y0! - b.y0!)
  return ordered[Math.max(0, Math.min(ordered.length - 1, ordered.indexOf(one) + by))]!
}

type Mark = { at: number; x: number; y: number; text: string; tone: Flow['tone']; headline: boolean }
type Box = { left: number; right: number; top: number; bottom: number }

/** Where marks stand: near the end of their flow, the headline's and the largest first; one that would lie on another or on a label is left to the reading and the table. */
function placeMarks({ nodes, flows }: Placed, column: number): Mark[] {
  const taken = nodes.map((node): Box => ({ left: node.x1! + 4, right: node.x1! + 4 + labelOf(node, column).length * letterWidth, top: node.y0! - 1, bottom: node.y0! + labelHeight }))
  return flows.toSorted((a, b) => Number(b.headline ?? false) - Number(a.headline ?? false) || b.value - a.value).flatMap((flow) => {
    if (!flow.mark) return []
    const [from, to] = [(flow.source as PlacedNode).x1!, (flow.target as PlacedNode).x0!]
    const half = (flow.mark.length * letterWidth) / 2
    const x = Math.min(to - half - 4, from + (to - from) * 0.75)
    const y = flow.y0! + (flow.y1! - flow.y0!) * 0.9
    const box = { left: x - half, right: x + half, top: y - labelHeight / 2, bottom: y + labelHeight / 2 }
    if (taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)) return []
    taken.push(box)
    return [{ at: flow.at, x, y, text: flow.mark, tone: flow.tone, headline: flow.headline ?? false }]
  })
}

const letterWidth = 6.6

/** A node's name and number; a long name is cut, the number never. */
function labelOf({ label, value, calm }: { label: string; value?: number; calm?: boolean }, column: number): string {
  const count = calm ? ` (${formatCount(value)})` : ` ${formatCount(value)}`
  const letters = Math.floor((column - nodeWidth - 14) / letterWidth) - count.length
  return (label.length <= letters ? label : `${label.slice(0, Math.max(1, letters - 1))}…`) + count
}
