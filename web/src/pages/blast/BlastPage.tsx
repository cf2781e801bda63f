import { useBlast, hitDownload, type BlastAnswer, type BlastQuestion, type HitRow, type Outcome } from '../../api/blast'
import { useGoals } from '../../api/goals'
import type { Goal } from '../../api/types'
import { ChartFrame } from '../../charts/ChartFrame'
import { AskForm, Choice, DraftInput, Labelled } from '../../components/AskFields'
import { Association } from '../../components/Association'
import { CsvButton } from '../../components/CsvButton'
import { FilterBar } from '../../components/FilterBar'
import { LongAnswer } from '../../components/LongAnswer'
import { Answered } from '../../components/Notice'
import { StepEditor } from '../../components/StepEditor'
import { Term } from '../../components/Term'
import { Moment } from '../../components/values'
import { Views } from '../../components/Views'
import { Who, type WhoColumn } from '../../components/Who'
import { formatCount, formatShare } from '../../lib/format'
import { useSegment } from '../../lib/segment'
import { useAsk } from '../../lib/useAsk'
import { useCommon } from '../../lib/useCommon'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { fieldError } from '../settings/fieldErrors'
import { anyFailure, blastQuestion, blastShape, extentWords, finding, knownWords, outcomes, usualPatience, usualWords, type Blast } from './blast'
import { FirstHits } from './FirstHits'
import './blast.css'

const filterRecords = ['call', 'event', 'session']

/** Whom something hit, and what became of each of them. */
export default function BlastPage() {
  const goals = useGoals()
  return <Answered query={goals} what="goals">{({ goals: all }) => <Page goals={all} />}</Answered>
}

function Page({ goals }: { goals: Goal[] }) {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  const common = useCommon()
  const [asked, change] = useAsk(blastShape)
  const question = blastQuestion(asked, goals, common)
  const blast = useBlast(question)
  const goal = goals.find(({ id }) => id === asked.goal) ?? goals[0]
  return (
    <div className="stack">
      <div className="row top">
        <h1>Blast radius</h1><Views />
        <div className="grow"><FilterBar filter={filter} onFilter={(next) => setSearch({ filter: next, sel: undefined })} records={filterRecords} example={'call.service == "payments"'} error={blast.error} /></div>
      </div>
      <div className="asking">
        <BlastForm asked={asked} goals={goals} error={blast.error} onChange={change} />
        <LongAnswer query={blast} what="whom it hit">{(answer) => question && <Result answer={answer} question={question} goal={goal} patience={asked.patience ?? usualPatience} />}</LongAnswer>
      </div>
    </div>
  )
}

function BlastForm({ asked, goals, error, onChange }: { asked: Blast; goals: Goal[]; error: unknown; onChange: (change: Partial<Blast>) => void }) {
  const wrong = (field: string) => fieldError(error, field)
  return (
    <AskForm summary="What hit them">
      <StepEditor label="What hit them" step={asked.exposure ?? anyFailure} errors={{ where: wrong('exposure.where'), step: fieldError(error, 'exposure', ['exposure.where']) }} onChange={(exposure) => onChange({ exposure })} />
      <div className="ask-grid">
        {goals.length > 0 && <Choice label="What they were after" value={asked.goal ?? goals[0]!.id} options={goals.map(({ id, name }) => ({ value: id, label: name }))} onChange={(next) => onChange({ goal: next === goals[0]!.id ? undefined : next })} />}
        <Labelled label="Lost after"><DraftInput value={asked.patience ?? usualPatience} placeholder="24h, 7d" error={wrong('patience')} onChange={(patience) => onChange({ patience: patience && patience !== usualPatience ? patience : undefined })} /></Labelled>
      </div>
      <p className="muted small">The time range above says when they were hit. Each person stands in the first <Term id="outcome">outcome</Term> that holds.</p>
    </AskForm>
  )
}

type ResultProps = { answer: BlastAnswer; question: BlastQuestion; goal: Goal | undefined; patience: string }

function Result({ answer, question, goal, patience }: ResultProps) {
  const { sel } = useViewSearch()
  const setSearch = useSetSearch()
  const columns = ['What became of them', 'People', 'Share']
  const rows = answer.outcomes.map(({ outcome, people }) => [outcomes[outcome].word, people.count, formatShare(people.share)])
  const known = knownWords(answer.known)
  const opens = (list: string, n: number, text: string, label: string) => n === 0 ? <span className="muted">{text}</span>
    : <button type="button" className="number-button" aria-pressed={sel === list} aria-label={`${label}: who`} onClick={() => setSearch({ sel: sel === list ? undefined : list })}>{text}</button>
  return (
    <div className="stack">
      <ChartFrame title={finding(answer)} finding={extentWords(answer)} columns={columns} rows={rows} actions={<CsvButton name="What became of them" columns={columns} rows={rows} />}>
        <p className="extent">
          {opens('people', answer.people, `${formatCount(answer.people)} people`, 'People hit')}
          {opens('accounts', answer.accounts, `${formatCount(answer.accounts)} accounts`, 'Accounts hit')}
          {opens('sessions', answer.sessions, `${formatCount(answer.sessions)} visits`, 'Visits hit')}
        </p>
        {answer.people > 0 && (
          <ul className="outcomes">
            {answer.outcomes.map(({ outcome, people }) => {
              const { word, meaning, tone } = outcomes[outcome]
              return (
                <li key={outcome}>
                  <span><b>{word}</b> <span className="muted">{meaning(patience)}{outcome === 'open' && answer.still_there > 0 && `; of ${formatCount(answer.still_there)} the visit goes on`}</span></span>
                  <i aria-hidden className={`outcome-bar ${tone}`}><i style={{ width: `${100 * (people.share ?? 0)}%` }} /></i>
                  <span className="end">{opens(outcome, people.count, formatCount(people.count), `${word}`)}</span><span className="end muted">{formatShare(people.share)}</span>
                </li>
              )
            })}
          </ul>
        )}
        {answer.usual.length > 0 && answer.people > 0 && (
          <>
            <ul className="facts-list">{answer.usual.map((usual) => <li key={usual.of}>{usualWords(usual, goal?.name ?? 'the goal')}</li>)}</ul>
            <div className="muted small"><Association what="those unharmed" /></div>
          </>
        )}
        {(known || answer.caveats.length > 0) && <ul className="caveats">{known && <li>{known}</li>}{answer.caveats.map((caveat) => <li key={caveat}>{caveat}</li>)}</ul>}
      </ChartFrame>
      {isList(sel) && <Hit list={sel} question={question} />}
      {answer.people > 0 && <FirstHits answer={answer} />}
    </div>
  )
}

const lists = ['people', 'accounts', 'sessions', 'recovered', 'converted_later', 'returned', 'lost', 'open'] as const
type List = (typeof lists)[number]

function isList(sel: string | undefined): sel is List {
  return lists.some((list) => list === sel)
}

const shown = 1000

/** Those behind a number, in the order of their first hit. */
function Hit({ list, question }: { list: List; question: BlastQuestion }) {
  const setSearch = useSetSearch()
  const segment = useSegment()
  const of = list === 'accounts' || list === 'sessions' ? list : 'people'
  const outcome = list === 'people' || list === 'accounts' || list === 'sessions' ? undefined : list satisfies Outcome
  const asked: BlastQuestion = { ...question, list: { of, limit: shown, ...(outcome ? { outcome } : {}) } }
  const blast = useBlast(asked)
  const title = outcome ? `Who ${outcomes[outcome].word === 'lost' ? 'was lost' : outcomes[outcome].word === 'still open' ? 'is still open' : outcomes[outcome].word}` : { people: 'People hit', accounts: 'Accounts hit', sessions: 'Visits hit' }[of]
  return (
    <LongAnswer query={blast} what="who they are">
      {({ list: rows, next }) => (
        <Who title={title} rows={rows} countBy={{ people: undefined, accounts: 'account', sessions: 'session' }[of]} columns={of === 'people' ? [...hitColumns, outcomeColumn] : hitColumns} onClose={() => setSearch({ sel: undefined })}
          note={next ? <>The first {formatCount(shown)}; <a href={hitDownload(asked, segment)} download="hit.csv">all of them as a file</a>.</> : undefined} />
      )}
    </LongAnswer>
  )
}

const hitColumns: WhoColumn<HitRow>[] = [
  { id: 'first', header: 'First hit', width: '130px', cell: ({ first_hit }) => <Moment at={first_hit} />, text: ({ first_hit }) => first_hit },
  { id: 'last', header: 'Last hit', width: '130px', cell: ({ last_hit }) => <Moment at={last_hit} />, text: ({ last_hit }) => last_hit },
  { id: 'hits', header: 'Hits', width: '70px', align: 'end', cell: ({ hits }) => formatCount(hits), text: ({ hits }) => String(hits) },
]

const outcomeColumn: WhoColumn<HitRow> = {
  id: 'outcome', header: 'What became of them', width: '170px', cell: ({ outcome }) => outcome ? <span className={outcomes[outcome as Outcome].tone}>{outcomes[outcome as Outcome].word}</span> : '–', text: ({ outcome }) => outcome ?? '',
}
