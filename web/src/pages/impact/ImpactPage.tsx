import { useEffect, useEffectEvent } from 'react'
import { Link } from '@tanstack/react-router'
import { useGoals } from '../../api/goals'
import { useImpact, type ImpactAnswer, type ImpactResult } from '../../api/impact'
import type { Goal } from '../../api/types'
import { ChartFrame } from '../../charts/ChartFrame'
import { extentOf, Interval } from '../../charts/Intervals'
import { AskForm, Choice, NumberField } from '../../components/AskFields'
import { CsvButton } from '../../components/CsvButton'
import { FilterBar } from '../../components/FilterBar'
import { LongAnswer } from '../../components/LongAnswer'
import { Answered, EmptyNotice } from '../../components/Notice'
import { Scroll } from '../../components/Scroll'
import { StepEditor } from '../../components/StepEditor'
import { Term } from '../../components/Term'
import { Moment } from '../../components/values'
import { Views } from '../../components/Views'
import { formatCount } from '../../lib/format'
import { useAsk } from '../../lib/useAsk'
import { useCommon } from '../../lib/useCommon'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { strengths } from '../overview/words'
import { fieldError } from '../settings/fieldErrors'
import { basisWords, byReason, chanceWords, chosenGoal, finding, impactQuestion, impactShape, isSure, keyOf, lostWords, metWords, partResults, rangeWords, usualLeast, type Impact } from './impact'
import { Exposed } from './Exposed'
import './impact.css'

const filterRecords = ['call', 'session', 'event']

/** What slow and failed calls cost a goal: endpoints by how many goals are lost a day, with how sure that is. */
export default function ImpactPage() {
  const goals = useGoals()
  return <Answered query={goals} what="goals">{({ goals: all }) => <Page goals={all} />}</Answered>
}

/** An interval needs about a week; a month has every hour of the week several times. */
const usualRange = '28d'

function Page({ goals }: { goals: Goal[] }) {
  const { filter, from, to } = useViewSearch()
  const setSearch = useSetSearch()
  const rangeless = !from && !to
  const widen = useEffectEvent(() => setSearch({ from: usualRange }, { replace: true }))
  useEffect(() => {
    if (rangeless) widen()
  }, [rangeless])
  const common = useCommon()
  const [asked, change] = useAsk(impactShape)
  const goal = chosenGoal(asked, goals)
  const impact = useImpact(rangeless ? null : impactQuestion(asked, goal, common))
  return (
    <div className="stack">
      <div className="row top">
        <h1>Impact</h1><Views />
        <div className="grow"><FilterBar filter={filter} onFilter={(next) => setSearch({ filter: next, sel: undefined })} records={filterRecords} example={'session.device == "mobile"'} error={impact.error} /></div>
      </div>
      <div className="asking">
        <ImpactForm asked={asked} goals={goals} error={impact.error} onChange={change} />
        {goal ? <LongAnswer query={impact} what="what costs goals">{(answer) => <Ranking answer={answer} goal={goal} />}</LongAnswer> : <NoGoal />}
      </div>
    </div>
  )
}

function NoGoal() {
  return (
    <EmptyNotice title="What counts as success is not set.">
      <p>Set a goal under <Link to="/settings" search={{ view: 'goals' }}>Settings</Link>, choose one from what the data suggests on <Link to="/connect">Connect</Link>, or write a step of your own here.</p>
    </EmptyNotice>
  )
}

const units = [{ value: 'interaction', label: 'each call' }, { value: 'session', label: 'each visit' }, { value: 'person', label: 'each person' }]
const own = '+'

/** Which goal, and what is compared. */
function ImpactForm({ asked, goals, error, onChange }: { asked: Impact; goals: Goal[]; error: unknown; onChange: (change: Partial<Impact>) => void }) {
  const chosen = asked.step ? own : goals.find(({ id }) => id === asked.goal)?.id ?? goals[0]?.id ?? own
  const options = [...goals.map(({ id, name }) => ({ value: id, label: name })), { value: own, label: 'a step of my own' }]
  return (
    <AskForm summary={<>Goal <span className="muted">{options.find(({ value }) => value === chosen)?.label}</span></>}>
      <Choice label="What is lost" options={options} value={chosen} onChange={(next) => onChange(next === own ? { step: { event: '' }, goal: undefined } : { goal: next === goals[0]?.id ? undefined : next, step: undefined })} />
      {chosen === own && <StepEditor label="Goal" step={asked.step ?? { event: '' }} errors={{ where: fieldError(error, 'goal.where'), step: fieldError(error, 'goal', ['goal.where']) }} onChange={(step) => onChange({ step })} />}
      <div className="ask-grid">
        <Choice label="Compared is" options={units} value={asked.unit ?? 'interaction'} onChange={(unit) => onChange({ unit: unit === 'interaction' ? undefined : unit as Impact['unit'] })} />
        <NumberField label="At least so many on each side" value={asked.min_n ?? usualLeast} max={1_000_000} onChange={(min_n) => onChange({ min_n: min_n === usualLeast ? undefined : min_n })} />
      </div>
      <p className="muted small">People whose call failed or was slow are compared with others who made the same call, alike in all that is known. Each number is an <Term id="association" />, with its <Term id="interval">interval</Term>.</p>
    </AskForm>
  )
}

type GoalAsked = NonNullable<ReturnType<typeof chosenGoal>>

function Ranking({ answer, goal }: { answer: ImpactAnswer; goal: GoalAsked }) {
  const { sel } = useViewSearch()
  const setSearch = useSetSearch()
  const { known, unknown } = partResults(answer.results)
  const open = (result: ImpactResult) => setSearch({ sel: sel === keyOf(result) ? undefined : keyOf(result) })
  const chosen = answer.results.find((result) => keyOf(result) === sel)
  const columns = ['Endpoint and what was met', 'Lost a day', '95 % from', '95 % to', 'How sure', 'q', 'Exposed', 'Unexposed', 'Placebo', 'Why no number']
  const rows = answer.results.map((result) => [
    metWords(result), result.lost_goals_per_day ?? '', result.lost_ci95?.[0] ?? '', result.lost_ci95?.[1] ?? '', strengths[result.strength], result.q ?? '',
    result.n_exposed, result.n_unexposed, placeboWord(result), result.refusal?.says ?? '',
  ])
  return (
    <div className="stack">
      <ChartFrame title={finding(answer, goal.name)} columns={columns} rows={rows} actions={<CsvButton name="Impact" columns={columns} rows={rows} />}
        finding={<>{basisWords(answer, goal.name)} Read <Moment at={answer.as_of} precision="minute" />.</>}>
        {answer.days < leastDays && known.length === 0 && answer.results.length > 0 && <TooShort days={answer.days} />}
        {known.length > 0 && <KnownTable results={known} sel={sel} onOpen={open} />}
        {unknown.length > 0 && <UnknownTable results={unknown} sel={sel} alone={known.length === 0} onOpen={open} />}
        {answer.results.length === 0 && !answer.refusal && <p className="muted">Nobody met a failed or slow call in this range.</p>}
        {answer.caveats.length > 0 && <ul className="caveats">{answer.caveats.map((caveat) => <li key={caveat}>{caveat}</li>)}</ul>}
      </ChartFrame>
      {chosen && <Exposed key={sel} result={chosen} goal={goal} onClose={() => setSearch({ sel: undefined })} />}
    </div>
  )
}

const leastDays = 8

/** The commonest reason why there is no number at all, once and with the way out. */
function TooShort({ days }: { days: number }) {
  const { from } = useViewSearch()
  const setSearch = useSetSearch()
  return (
    <p>
      An interval needs about {leastDays} days of data; {days < 1.5 ? 'one day is' : `${Math.round(days)} days are`} in the range.{' '}
      {from === usualRange ? 'It comes by itself as days pass.' : <button type="button" className="plain-button" onClick={() => setSearch({ from: usualRange, to: undefined })}>Show the last 28 days</button>}
    </p>
  )
}

function placeboWord({ placebo }: ImpactResult): string {
  return placebo === null ? 'none' : placebo.passed ? 'passed' : 'failed'
}

type TableProps = { results: ImpactResult[]; sel: string | undefined; onOpen: (result: ImpactResult) => void }

function KnownTable({ results, sel, onOpen }: TableProps) {
  const extent = extentOf(results.map(({ lost_goals_per_day: value, lost_ci95: range }) => ({ value: value!, range: range ?? [value!, value!] })))
  return (
    <Scroll label="What costs goals">
      <table className="mini-table ruled impact-table">
        <thead>
          <tr>
            <th scope="col">What people met</th><th scope="col" className="interval-cell"><span className="hidden-text">Interval</span></th><th scope="col" className="number"><Term id="lost">Lost a day</Term></th><th scope="col"><Term id="strength">How sure</Term></th>
            <th scope="col" className="number"><Term id="q">q</Term></th><th scope="col" className="number"><Term id="n">n</Term> exposed</th><th scope="col"><Term id="placebo">Placebo</Term></th>
          </tr>
        </thead>
        <tbody>
          {results.map((result) => {
            const [lost, range] = [result.lost_goals_per_day!, result.lost_ci95 ?? []]
            const tone = !isSure(result) ? 'muted' : lost > 0 ? 'failed' : 'good'
            return (
              <tr key={keyOf(result)}>
                <th scope="row"><button type="button" className="number-button" aria-pressed={sel === keyOf(result)} aria-label={`${metWords(result)}: what it is made of`} onClick={() => onOpen(result)}>{metWords(result)}</button></th>
                <td className="interval-cell"><Interval value={lost} range={range} extent={extent} tone={tone} label={`${lostWords(result)} a day`} /></td>
                <td className="number nowrap"><b className={tone}>{lostWords(result).split(' ')[0]}</b> <span className="muted">({rangeWords(range)})</span></td>
                <td className="nowrap">{strengths[result.strength]}</td>
                <td className="number nowrap">{chanceWords(result.q)}</td>
                <td className="number">{formatCount(result.n_exposed)}</td>
                <td className={result.placebo && !result.placebo.passed ? 'failed' : undefined}>{placeboWord(result)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}

/** Those without a number, each with the reason. */
function UnknownTable({ results, sel, alone, onOpen }: TableProps & { alone: boolean }) {
  return (
    <details className="apart" open={alone}>
      <summary>No number for {results.length === 1 ? 'one thing' : `${results.length} things`} that people met, and why</summary>
      <Scroll label="Without a number">
        <table className="mini-table ruled impact-table">
          <thead><tr><th scope="col">What people met</th><th scope="col" className="number">n exposed</th></tr></thead>
          {byReason(results).map(([reason, same]) => (
            <tbody key={reason}>
              <tr className="muted"><td colSpan={2}>{reason}</td></tr>
              {same.map((result) => (
                <tr key={keyOf(result)}>
                  <th scope="row"><button type="button" className="number-button" aria-pressed={sel === keyOf(result)} onClick={() => onOpen(result)}>{metWords(result)}</button></th>
                  <td className="number">{formatCount(result.n_exposed)}</td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </Scroll>
    </details>
  )
}
