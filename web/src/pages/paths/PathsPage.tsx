import { useMemo } from 'react'
import { Link } from '@tanstack/react-router'
import { usePaths, type PathsAnswer } from '../../api/behaviour'
import { ChartFrame } from '../../charts/ChartFrame'
import { Sankey } from '../../charts/Sankey'
import { useEscape } from '../../charts/useListKeys'
import { CsvButton } from '../../components/CsvButton'
import { FilterBar } from '../../components/FilterBar'
import { LongAnswer } from '../../components/LongAnswer'
import { Missing } from '../../components/Missing'
import { EmptyNotice } from '../../components/Notice'
import { Views } from '../../components/Views'
import { writeAsk, type Step } from '../../lib/ask'
import { formatCount, formatMs, formatShare } from '../../lib/format'
import { useAsk } from '../../lib/useAsk'
import { useCommon } from '../../lib/useCommon'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { edgeWords, finding, graphOf, headline, markOf, nodeWords, pathsQuestion, pathsShape, readNode, troubleOf, usual, type Graph, type Node, type Paths } from './paths'
import { PathsForm } from './PathsForm'

const filterRecords = ['event', 'call', 'session']

/** The ways that people take, how usual each is, and which hurt. */
export default function PathsPage() {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  const common = useCommon()
  const [asked, change] = useAsk(pathsShape)
  const paths = usePaths(pathsQuestion(asked, common))
  return (
    <div className="stack">
      <div className="row top">
        <h1>Paths</h1><Views />
        <div className="grow"><FilterBar filter={filter} onFilter={(next) => setSearch({ filter: next, sel: undefined })} records={filterRecords} example={'event.device == "mobile"'} error={paths.error} /></div>
      </div>
      <div className="asking">
        <PathsForm asked={asked} error={paths.error} onChange={change} />
        <LongAnswer query={paths} what="ways">{(answer) => <Result answer={answer} asked={asked} onChange={change} />}</LongAnswer>
      </div>
    </div>
  )
}

type ResultProps = { answer: PathsAnswer; asked: Paths; onChange: (change: Partial<Paths>) => void }

function Result({ answer, asked, onChange }: ResultProps) {
  const { sel } = useViewSearch()
  const setSearch = useSetSearch()
  const graph = useMemo(() => graphOf(answer), [answer])
  const head = useMemo(() => headline(answer), [answer])
  const flows = useMemo(() => graph.links.map(({ source, target, count, edge }) => ({ source, target, value: count, tone: edge ? troubleOf(edge) : 'other' as const, mark: markOf({ source, target, count, edge }, head), ...(edge && edge === head?.edge ? { headline: true } : {}) })), [graph, head])
  const nodes = useMemo(() => graph.nodes.map(({ id, step, name, visits, other }) => ({ id, step, value: visits, label: name, ...(other ? { calm: true } : {}) })), [graph])
  if (answer.edges.length === 0) return <NoWays asked={asked} />
  const columns = ['From', 'To', 'Step', 'Times', 'People', 'Mean time', 'Calls that failed', 'Calls, p75']
  const rows = answer.edges.map((edge) => [readNode(edge.source).name, readNode(edge.target).name, readNode(edge.source).step, edge.count, edge.people, formatMs(edge.mean_ms), formatShare(edge.error_share), formatMs(edge.p75_call_ms)])
  const chosen = graph.nodes.find(({ id }) => id === sel)
  return (
    <div className="stack">
      <ChartFrame title={finding(answer)} finding={answer.other > 0 ? `The ${answer.edges.length} most usual arrows; ${formatCount(answer.other)} times another was taken, drawn as other.` : 'Every step from one to the next is drawn.'} columns={columns} rows={rows} actions={<CsvButton name="Paths" columns={columns} rows={rows} />}>
        <Sankey label="Ways, step by step" nodes={nodes} flows={flows} steps={graph.steps} selected={sel} onSelect={(node) => setSearch({ sel: node === sel ? undefined : node })}
          describeNode={(i) => nodeWords(graph.nodes[i]!)} describeFlow={(i) => edgeWords(graph.links[i]!)} />
        <p className="muted small">A number on an arrow is how often it was taken; what finds no room stands in the table. Red: 2 % of the calls between failed, or more. Orange: a quarter of them took a second or longer.{answer.calls_share < 1 && ` So many calls are in this range that ${formatShare(answer.calls_share)} of it were looked at for them, at all hours; people and times are of all of it.`}</p>
      </ChartFrame>
      {chosen && <Chosen node={chosen} graph={graph} asked={asked} onChange={onChange} />}
    </div>
  )
}

/** What can be done with a node: begin or end there, and see who took each way from it. */
function Chosen({ node, graph, asked, onChange }: { node: Node; graph: Graph; asked: Paths; onChange: (change: Partial<Paths>) => void }) {
  const setSearch = useSetSearch()
  const close = () => setSearch({ sel: undefined })
  useEscape(close)
  const leaving = graph.links.filter(({ source, edge }) => source === node.id && edge)
  return (
    <section className="who" aria-labelledby="chosen-node">
      <div className="who-head"><h2 id="chosen-node">{node.name}, step {node.step}</h2><button type="button" className="plain-button" onClick={close}>Close</button></div>
      <p>{nodeWords(node)}</p>
      <div className="row">
        <button type="button" className="plain-button" disabled={asked.start === node.name} onClick={() => onChange({ start: node.name, ...(asked.end === node.name ? { end: undefined } : {}) })}>Ways that begin here</button>
        <button type="button" className="plain-button" disabled={asked.end === node.name} onClick={() => onChange({ end: node.name, ...(asked.start === node.name ? { start: undefined } : {}) })}>Ways that end here</button>
        {(asked.start || asked.end) && <button type="button" className="plain-button" onClick={() => onChange({ start: undefined, end: undefined })}>All ways</button>}
      </div>
      {leaving.length > 0 && (
        <ul className="counts">
          {leaving.map((link) => <li key={link.target}><span>{edgeWords(link)}</span><WhoWent from={node.name} to={readNode(link.target).name} asked={asked} people={link.edge!.people} /></li>)}
        </ul>
      )}
    </section>
  )
}

/** Those who went from one to the next, as a funnel of two steps; what is no page or event has none. */
function WhoWent({ from, to, asked, people }: { from: string; to: string; asked: Paths; people: number }) {
  const { filter } = useViewSearch()
  const of = asked.of ?? usual.of
  if (of !== 'pages' && of !== 'events') return <span>{formatCount(people)}</span>
  const step = (name: string): Step => (of === 'events' ? { event: name } : { page: name, ...(asked.raw ? {} : { template: true }) })
  const ask = writeAsk({ steps: [step(from), step(to)], order: 'ordered', window: asked.session_gap ?? usual.session_gap })
  return <Link to="/funnels" search={{ ask, sel: 'at-1', filter }} className="nowrap" title="Who did one after the other, at any step">who</Link>
}

function NoWays({ asked }: { asked: Paths }) {
  const of = asked.of ?? usual.of
  if (of === 'pages' && !asked.start && !asked.end && !asked.where) return <Missing step={{ page: '/**' }} />
  const named = asked.start ?? asked.end
  if (named && (of === 'pages' || of === 'events')) return <Missing step={of === 'events' ? { event: named } : { page: named, ...(asked.raw ? {} : { template: true }) }} />
  return <EmptyNotice title="No way leads from one step to another in this range."><p>A way needs two steps by the same person within {asked.session_gap ?? usual.session_gap}. Widen the range, or loosen the conditions.</p></EmptyNotice>
}
