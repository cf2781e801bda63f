import { Link } from '@tanstack/react-router'
import { useCompare, type Change, type CompareAnswer, type MetricChange } from '../../api/compare'
import { useGoals } from '../../api/goals'
import { ChartFrame } from '../../charts/ChartFrame'
import { AskForm, DraftInput, Labelled } from '../../components/AskFields'
import { CsvButton } from '../../components/CsvButton'
import { FilterBar } from '../../components/FilterBar'
import { LongAnswer } from '../../components/LongAnswer'
import { EmptyNotice } from '../../components/Notice'
import { Scroll } from '../../components/Scroll'
import { Term } from '../../components/Term'
import { Moment } from '../../components/values'
import { Views } from '../../components/Views'
import { formatCount, plural } from '../../lib/format'
import { formatMoment } from '../../lib/time'
import { useAsk } from '../../lib/useAsk'
import { useCommon } from '../../lib/useCommon'
import { usePreferences, useSetSearch, useViewSearch } from '../../lib/view'
import { releaseVerdicts } from '../overview/words'
import { fieldError } from '../settings/fieldErrors'
import { chanceWords } from '../impact/impact'
import { askFor, changeName, compareQuestion, compareShape, found, isChosen, metricWords, readyWords, shiftWords, valueWords, type Compare } from './releases'
import './releases.css'

const filterRecords = ['call', 'session', 'event']

/** Did a release help: the API side within minutes, the behaviour side when it can. */
export default function ReleasesPage() {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  const common = useCommon()
  const [asked, change] = useAsk(compareShape)
  const compare = useCompare(compareQuestion(asked, common))
  return (
    <div className="stack">
      <div className="row top">
        <h1>Releases</h1><Views />
        <div className="grow"><FilterBar filter={filter} onFilter={(next) => setSearch({ filter: next, sel: undefined })} records={filterRecords} example={'session.device == "mobile"'} error={compare.error} /></div>
      </div>
      <div className="asking">
        <AskForm summary="What changed">
          <Changes answer={compare.data} onChoose={(chosen) => change({ release: undefined, service: undefined, at: undefined, ...askFor(chosen) })} />
          <div className="ask-grid">
            <Labelled label="Or a moment"><DraftInput value={asked.at ?? ''} placeholder="2026-11-27T19:00:00Z" error={fieldError(compare.error, 'at')} onChange={(at) => change({ at: at || undefined, release: undefined })} /></Labelled>
            <Labelled label="Of the service"><DraftInput value={asked.service ?? ''} placeholder="all" error={fieldError(compare.error, 'service')} onChange={(service) => change({ service: service || undefined })} /></Labelled>
          </div>
          <p className="muted small">The time range above is where changes are looked for.</p>
        </AskForm>
        <LongAnswer query={compare} what="whether it helped">{(answer) => <Result answer={answer} asked={asked} />}</LongAnswer>
      </div>
    </div>
  )
}

function Changes({ answer, onChoose }: { answer: CompareAnswer | undefined; onChoose: (change: Change) => void }) {
  if (!answer) return <p className="muted">Looking for releases …</p>
  if (answer.changes.length === 0) return <p className="muted">No release in this range.</p>
  return (
    <ul className="changes" aria-label="Releases and changes of version">
      {answer.changes.map((change) => (
        <li key={`${changeName(change)} ${change.at}`}>
          <button type="button" className="change" aria-pressed={isChosen(change, answer.change)} onClick={() => onChoose(change)}><b>{changeName(change)}</b><span className="muted"><Moment at={change.at} precision="minute" /> · {found[change.from]}</span></button>
        </li>
      ))}
    </ul>
  )
}

function Result({ answer, asked }: { answer: CompareAnswer; asked: Compare }) {
  const { zone, now } = usePreferences()
  if (!answer.change && answer.changes.length === 0 && !asked.at) return <NoRelease />
  const { change, before, after } = answer
  const verdict = releaseVerdicts[answer.verdict]
  const ready = readyWords(answer.ready_at, now, answer.verdict)
  const span = (range: typeof before) => range ? `${formatMoment(Date.parse(range.from), zone, 'minute')} to ${formatMoment(Date.parse(range.to), zone, 'minute')}` : ''
  return (
    <div className="stack">
      <section className="card" aria-label="Verdict">
        <h2>{change && <>{changeName(change)}: </>}<span className={verdict.tone}>{verdict.text}</span></h2>
        <p>{answer.because} {ready && <b>{ready}</b>}</p>
        {before && after && <p className="muted small">{span(after)} against {span(before)}; look {answer.look}{answer.level > 0 && <>, a finding has <Term id="q">q</Term> below {answer.level.toPrecision(2)}</>}.</p>}
        {change && after && <p className="row actions"><Link to="/calls" search={{ from: after.from, to: after.to, ...(change.service ? { filter: `call.service == ${JSON.stringify(change.service)}` } : {}) }}>Calls since</Link>{before && <Link to="/calls" search={{ from: before.from, to: before.to, ...(change.service ? { filter: `call.service == ${JSON.stringify(change.service)}` } : {}) }}>Calls before</Link>}<Link to="/errors" search={{ from: after.from, to: after.to }}>Errors since</Link></p>}
        {answer.caveats.length > 0 && <ul className="caveats">{answer.caveats.map((caveat) => <li key={caveat}>{caveat}</li>)}</ul>}
      </section>
      {answer.endpoints.length > 0 && <Side title="What the API did" groups={answer.endpoints.map(({ endpoint, verdict: is, metrics }) => ({ name: endpoint.name, id: endpoint.id, is, metrics }))} />}
      {answer.behaviour.length > 0 && <Side title="What people did" groups={[{ metrics: answer.behaviour }]} />}
    </div>
  )
}

function NoRelease() {
  return (
    <EmptyNotice title="No release in this range.">
      <p>A deploy marker is one request: <code>POST /intake/releases</code> with service, version and at. A version that calls carry (<code>service.version</code>) is found by itself. Or write a moment.</p>
    </EmptyNotice>
  )
}

type Group = { name?: string; id?: string; is?: MetricChange['verdict']; metrics: MetricChange[] }

/** The measures of one side, before and after, each with its verdict. */
function Side({ title, groups }: { title: string; groups: Group[] }) {
  const { data } = useGoals()
  const goals = data?.goals ?? []
  const all = groups.flatMap(({ name = '', metrics }) => metrics.map((metric) => ({ name, metric })))
  const count = (verdict: MetricChange['verdict']) => all.filter(({ metric }) => metric.verdict === verdict).length
  const columns = ['Of', 'Measure', 'Before', 'After', 'Change beyond controls (95 %)', 'q', 'n before', 'n after', 'Verdict', 'Why not']
  const rows = all.map(({ name, metric: m }) => [name, metricWords(m, goals), valueWords(m.metric, m.before), valueWords(m.metric, m.after), shiftWords(m), chanceWords(m.q), m.n_before, m.n_after, releaseVerdicts[m.verdict].text, m.why ?? ''])
  return (
    <ChartFrame title={`${title}: ${sumWords(count('worse'), count('improved'), count('no_change'))}`} columns={columns} rows={rows} actions={<CsvButton name={title} columns={columns} rows={rows} />}
      finding={<>Before and after; the change is what goes beyond that of untouched <Term id="control">controls</Term>, with its <Term id="interval" />.</>}>
      <Scroll label={title}>
        <table className="mini-table ruled compare-table">
          <thead><tr><th scope="col">Measure</th><th scope="col" className="number">Before</th><th scope="col" className="number">After</th><th scope="col" className="number">Change</th><th scope="col" className="number"><Term id="q">q</Term></th><th scope="col" className="number"><Term id="n">n</Term></th><th scope="col">Verdict</th></tr></thead>
          {groups.map(({ name, id, is, metrics }) => (
            <tbody key={name ?? 'all'}>
              {name && id && <tr className="group"><th scope="rowgroup" colSpan={6}><Link to="/endpoints/$id" params={{ id }}>{name}</Link></th><td>{is && <span className={releaseVerdicts[is].tone}>{releaseVerdicts[is].text}</span>}</td></tr>}
              {metrics.map((m) => (
                <tr key={`${m.metric} ${m.goal ?? ''}`}>
                  <th scope="row" className="measure">{metricWords(m, goals)}</th>
                  <td className="number nowrap">{valueWords(m.metric, m.before)}</td><td className="number nowrap">{valueWords(m.metric, m.after)}</td>
                  <td className="number nowrap">{shiftWords(m)}</td><td className="number nowrap">{chanceWords(m.q)}</td>
                  <td className="number nowrap">{formatCount(m.n_before)} → {formatCount(m.n_after)}</td>
                  <td title={m.controls.length > 0 ? `Controls: ${m.controls.join(', ')}` : undefined}><span className={releaseVerdicts[m.verdict].tone}>{releaseVerdicts[m.verdict].text}</span>{m.why && <span className="muted why">{m.why}</span>}</td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </Scroll>
    </ChartFrame>
  )
}

/** "2 measures worse, 1 improved" */
function sumWords(worse: number, improved: number, same: number): string {
  const parts = [worse > 0 && `${plural(worse, 'measure')} worse`, improved > 0 && `${plural(improved, 'measure')} improved`].filter(Boolean)
  return parts.length > 0 ? parts.join(', ') : same > 0 ? 'no change' : 'not enough data yet'
}
