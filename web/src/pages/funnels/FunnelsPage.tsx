import { useState } from 'react'
import { useFunnel, type FunnelAnswer, type FunnelQuestion } from '../../api/behaviour'
import { useGoals, useProposals } from '../../api/goals'
import { useOverview } from '../../api/overview'
import { useBreakdown } from '../../api/queries'
import { ChartFrame } from '../../charts/ChartFrame'
import { CsvButton } from '../../components/CsvButton'
import { FilterBar } from '../../components/FilterBar'
import { LongAnswer } from '../../components/LongAnswer'
import { Missing } from '../../components/Missing'
import { Moment } from '../../components/values'
import { Views } from '../../components/Views'
import { Who, type WhoColumn } from '../../components/Who'
import { isWhole, type Step } from '../../lib/ask'
import { formatMs, formatShare } from '../../lib/format'
import { useCurrent } from '../../lib/old'
import { stepName } from '../../lib/questionWords'
import { useAsk } from '../../lib/useAsk'
import { useCommon } from '../../lib/useCommon'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { ByValue } from './ByValue'
import { GoesWith } from './GoesWith'
import { finding, funnelQuestion, funnelShape, listed, listTitle, lost, proposeFunnel, readList, takesCalls, throughWords, usualWindow, type Funnel } from './funnel'
import { FunnelBars } from './FunnelBars'
import { FunnelForm } from './FunnelForm'
import { TimeToConvert } from './TimeToConvert'
import './funnels.css'

const filterRecords = ['event', 'call', 'session']

/** How many get from step to step, where they are lost, and who they are. */
export default function FunnelsPage() {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  const range = useRange()
  const common = useCommon()
  const [funnel, change] = useAsk(funnelShape)
  const proposed = useProposedSteps(funnel.steps === undefined)
  const steps = funnel.steps ?? proposed ?? []
  const window = funnel.window ?? usualWindow(range)
  const question = funnelQuestion(funnel, steps, window, common)
  const asked = useFunnel(question)
  return (
    <div className="stack">
      <div className="row top">
        <h1>Funnels</h1><Views />
        <div className="grow"><FilterBar filter={filter} onFilter={(next) => setSearch({ filter: next, sel: undefined })} records={filterRecords} example={'event.device == "mobile"'} error={asked.error} /></div>
      </div>
      <div className="asking">
        {/* Every change starts from the steps in sight, whether they were written or proposed. */}
        <FunnelForm funnel={funnel} steps={steps} window={window} error={asked.error} onChange={(next) => change({ ...(steps.length > 0 ? { steps } : {}), ...next })} />
        {steps.length === 0 ? <Awaiting /> : <LongAnswer query={asked} what="who got how far">
          {(answer) => <Result answer={answer} funnel={funnel} steps={steps.filter(isWhole)} window={window} question={question} to={range.to} />}
        </LongAnswer>}
      </div>
    </div>
  )
}

/** The page's shape while a funnel is looked for; who adds a step of their own need not wait. */
function Awaiting() {
  return (
    <div className="frame funnel-awaited">
      <p className="muted" role="status">Looking for a way through what is there; or add a step of your own.</p>
      {[100, 62, 38].map((width) => <div key={width} className="funnel-bar" aria-hidden><i style={{ width: `${width}%` }} /></div>)}
    </div>
  )
}

/** The funnel that the data suggests, for whoever has not built one yet. It stays as it was first found, whatever comes in meanwhile. */
function useProposedSteps(wanted: boolean): Step[] | undefined {
  const { query } = useRange()
  const overview = useOverview()
  const goals = useGoals()
  const proposals = useProposals()
  const pages = useBreakdown({ ...query, breakdown: ['page_route'], limit: 10, measures: [{ of: 'events', stat: 'people', where: 'kind in ["page_view", "route_change"]' }] }, wanted)
  const [found, setFound] = useState<Step[]>()
  const goal = goals.data?.goals[0]
  const led = overview.data?.worst_step.known
  // Nothing is waited for that what is there already makes needless.
  if (wanted && !found && !overview.isPending && !goals.isPending && (goal || !proposals.isPending) && (led || !pages.isPending)) {
    const seen = pages.data?.rows.flatMap(({ labels, values }) => (labels.page_route ? [{ page: labels.page_route, people: values[0] ?? 0 }] : [])) ?? []
    const likely = goal ?? proposals.data?.proposals[0]?.goal
    setFound(proposeFunnel(overview.data?.worst_step, likely?.step, seen))
  }
  return found
}

type ResultProps = { answer: FunnelAnswer; funnel: Funnel; steps: Step[]; window: string; question: FunnelQuestion | null; to: number }

function Result({ answer, funnel, steps, window, question, to }: ResultProps) {
  const { sel } = useViewSearch()
  const setSearch = useSetSearch()
  const { steps: stages } = answer
  const withCalls = useFunnel(question && stages.length > 1 && takesCalls(funnel) ? { ...question, calls: true } : null)
  const calls = useCurrent(withCalls)
  // The answer before the one under way may have another number of steps.
  if (steps.length < stages.length) return null
  const ordered = funnel.order !== 'unordered'
  const list = readList(sel, stages.length)
  if (stages[0]?.count === 0) return <Missing step={steps[0]!} />
  const columns = ['Step', 'Count', 'Of the first', 'Of the one before', 'Lost after it', 'Still have time', 'Median time', 'Mean time', 'API calls on the way', 'p95 of these', 'Failed of these']
  const seconds = (value: number | null) => formatMs(value === null ? null : value * 1000)
  const rows = stages.map((stage, i) => [
    `${i + 1} ${ordered ? stepName(steps[i]!) : `${i + 1} of the steps`}`, stage.count, formatShare(stage.conversion_from_start), formatShare(stage.conversion_from_previous),
    lost(stages, i), stage.in_progress, seconds(stage.median_seconds_from_previous), seconds(stage.mean_seconds_from_previous),
    ...callCells(calls?.steps[i]),
  ])
  const never = stages.findIndex(({ count }) => count === 0)
  return (
    <div className="stack">
      <ChartFrame title={finding(stages, steps, window, funnel.count_by, ordered)} finding={throughWords(answer, funnel.count_by)} columns={columns} rows={rows} actions={<CsvButton name="Funnel" columns={columns} rows={rows} />}>
        <FunnelBars stages={stages} withCalls={calls?.steps} steps={steps} ordered={ordered} open={sel} onOpen={(next) => setSearch({ sel: next === sel ? undefined : next })} />
        {calls && (calls.calls_share ?? 1) < 1 && <p className="muted small">So many calls are in this range that {formatShare(calls.calls_share)} of it were looked at for them, at all hours.</p>}
      </ChartFrame>
      {never > 0 && ordered && <NeverSeen step={steps[never]!} />}
      {list && question && <List list={list} question={question} steps={steps} funnel={funnel} window={window} to={to} />}
      {funnel.breakdown?.property && answer.series.length > 0 && <ByValue answer={answer} steps={steps.slice(0, stages.length)} property={funnel.breakdown.property} ordered={ordered} />}
      {question && stages.length > 1 && takesCalls(funnel) && ordered && <GoesWith question={question} countBy={funnel.count_by} />}
      {stages.length > 1 && <TimeToConvert time={answer.time_to_convert} />}
    </div>
  )
}

function callCells(stage: FunnelAnswer['steps'][number] | undefined): (string | number)[] {
  return stage?.calls === undefined ? ['', '', ''] : [stage.calls, formatMs(stage.calls_p95_ms), formatShare(stage.calls_error_share)]
}

/** Whether a step that nobody reached exists at all. */
function NeverSeen({ step }: { step: Step }) {
  const common = useCommon()
  const alone = useFunnel({ ...common, steps: [step], window: '1d' })
  return alone.data?.steps[0]?.count === 0 ? <Missing step={step} /> : null
}

type ListProps = { list: { of: 'at' | 'lost'; step: number }; question: FunnelQuestion; steps: Step[]; funnel: Funnel; window: string; to: number }

function List({ list, question, steps, funnel, window, to }: ListProps) {
  const setSearch = useSetSearch()
  const asked = useFunnel({ ...question, entities: true })
  return (
    <LongAnswer query={asked} what="who they are">
      {({ entities, entities_truncated }) => {
        const rows = listed(entities, list, window, to)
        return (
          <Who title={listTitle(rows.length, list, steps, funnel.count_by, funnel.order !== 'unordered')} rows={rows} countBy={funnel.count_by} onClose={() => setSearch({ sel: undefined })}
            note={[entities_truncated && 'A list holds 10,000, those who got furthest first; narrow the filter or the range for the others.', funnel.count === 'attempts' && 'Each stands here once, with the attempt that got furthest.'].filter(Boolean).join(' ')}
            columns={reachedColumns(list.step)} />
        )
      }}
    </LongAnswer>
  )
}

function reachedColumns(step: number): WhoColumn<FunnelAnswer['entities'][number]>[] {
  return [
    { id: 'began', header: 'Began', width: '140px', cell: ({ step_times }) => <Moment at={step_times[0]!} />, text: ({ step_times }) => step_times[0]! },
    { id: 'at', header: `Step ${step + 1}`, width: '140px', cell: ({ step_times }) => <Moment at={step_times[step]!} />, text: ({ step_times }) => step_times[step]! },
    { id: 'level', header: 'Steps done', width: '100px', align: 'end', cell: ({ level }) => level, text: ({ level }) => String(level) },
  ]
}
