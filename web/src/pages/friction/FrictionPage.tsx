import { useMemo } from 'react'
import { Link, useNavigate } from '@tanstack/react-router'
import { endpointName } from '../../api/endpoints'
import { useFriction, type FrictionAnswer, type FrictionPlace } from '../../api/friction'
import { ChartFrame } from '../../charts/ChartFrame'
import { DataTable, type Column } from '../../charts/DataTable'
import { CsvButton } from '../../components/CsvButton'
import { FilterBar } from '../../components/FilterBar'
import { Answered, EmptyNotice } from '../../components/Notice'
import { NothingMatches } from '../../components/Onboarding'
import { SessionsLink } from '../../components/values'
import { Views } from '../../components/Views'
import { filterError } from '../../lib/filterError'
import { formatCount, formatDuration, formatShare } from '../../lib/format'
import { formatSort, parseSort } from '../../lib/search'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { countWords, headline, signalsOf, type By } from './friction'
import './friction.css'

const views: { id: By; label: string }[] = [{ id: 'element', label: 'Elements' }, { id: 'page', label: 'Pages' }]

const filterRecords = ['signal', 'session', 'call', 'event']

/** Where people struggle, and what the API did there. */
export default function FrictionPage() {
  const { filter, view } = useViewSearch()
  const setSearch = useSetSearch()
  const { query: range } = useRange()
  const by: By = view === 'page' ? 'page' : 'element'
  const friction = useFriction({ ...range, by, filter })
  const setFilter = (next: string | undefined) => setSearch({ filter: next })
  return (
    <div className="stack">
      <div className="row top">
        <h1>Friction</h1>
        <nav className="views" aria-label="Views">
          {views.map(({ id, label }) => <button key={id} type="button" className="plain-button" aria-pressed={id === by} onClick={() => setSearch({ view: id === 'element' ? undefined : id })}>{label}</button>)}
        </nav>
        <Views />
        <div className="grow"><FilterBar error={friction.error} filter={filter} onFilter={setFilter} records={filterRecords} example={'signal.kind == "error_click" && session.device == "mobile"'} /></div>
      </div>
      {filterError(friction.error, filter) === null && <Answered query={friction} what="friction">
        {(answer) => (
          <>
            {answer.rows.length > 0 ? <Places answer={answer} by={by} filter={filter} /> : filter ? <NothingMatches what="signs of friction" onClear={() => setFilter(undefined)} /> : <NoFriction />}
            <Rules answer={answer} />
          </>
        )}
      </Answered>}
    </div>
  )
}

function NoFriction() {
  return (
    <EmptyNotice title="No signs of friction in this time range.">
      <p>Signals come from what people do: clicks, forms and page views, with the calls that they cause. Without events there are none; Data quality says what arrives. Otherwise this is good news.</p>
    </EmptyNotice>
  )
}

/** The table of what counts as friction, as the server applies it. */
function Rules({ answer: { rules, version } }: { answer: FrictionAnswer }) {
  return (
    <details className="rules">
      <summary>How this is counted</summary>
      <p className="muted small">Rules of version {version}, applied on the server to the visits that began in the range. “Users” are all people who did something at the place, with a signal or without. A call went wrong when it failed or was refused.</p>
      <table>
        <tbody>{rules.map(({ kind, name, when }) => <tr key={kind}><th scope="row">{name}</th><td>{when}</td></tr>)}</tbody>
      </table>
    </details>
  )
}

const columnNames = ['Page', 'Element', 'People', 'Used by', 'Share', 'Visits', 'Signals', 'Kinds', 'Actions', 'Endpoint', 'Actions that called it', 'Went wrong', 'p75 ms']

function cellsOf(p: FrictionPlace): (string | number)[] {
  const [call] = p.calls
  return [
    p.page, p.target ?? '', p.people, p.users, formatShare(share(p)), p.sessions, p.signals, p.kinds.map(({ kind, signals }) => countWords(kind, signals)).join(', '), p.actions,
    ...(call ? [endpointName(call.endpoint), call.actions, call.failed, call.p75_us == null ? '' : Math.round(call.p75_us / 1000)] : ['', '', '', '']),
  ]
}

const share = (p: FrictionPlace) => (p.users > 0 ? p.people / p.users : null)

const rowKey = (p: FrictionPlace) => JSON.stringify([p.page, p.target ?? ''])

function Places({ answer, by, filter }: { answer: FrictionAnswer; by: By; filter: string | undefined }) {
  const { sort } = useViewSearch()
  const setSearch = useSetSearch()
  const navigate = useNavigate()
  const columns = useMemo(() => columnsOf(by, filter), [by, filter])
  const { rows } = answer
  const cells = rows.map(cellsOf)
  const what = by === 'page' ? 'pages' : 'elements'
  return (
    <ChartFrame title={headline(rows[0]!)} finding={answer.other ? `The ${rows.length} ${what} with the most people; more exist. A row opens its signals.` : 'A row opens its signals, each at its moment in a visit.'}
      columns={columnNames} rows={cells} actions={<CsvButton name="Friction" columns={columnNames} rows={cells} />}>
      <DataTable main label={`Friction by ${by}`} columns={columns} rows={rows} rowKey={rowKey} maxHeight={26 + 24 * Math.min(24, rows.length)} sort={parseSort(sort, '-people')} onSort={(next) => setSearch({ sort: formatSort(next) }, { replace: true })}
        onOpen={(p) => void navigate({ to: '/signals', search: { filter: signalsOf(p, by, filter) } })} />
    </ChartFrame>
  )
}

function columnsOf(by: By, filter: string | undefined): Column<FrictionPlace>[] {
  const element: Column<FrictionPlace> = {
    id: 'element', header: 'Element', width: 'minmax(130px, 1.4fr)', value: (p) => p.target ?? '',
    cell: (p) => p.target ? <bdi title={p.target}>{p.target}</bdi> : <span className="muted">the page itself</span>,
  }
  return [
    ...(by === 'element' ? [element] : []),
    { id: 'page', header: 'Page', width: 'minmax(120px, 1.2fr)', value: (p) => p.page, cell: (p) => p.page ? <bdi title={p.page}>{p.page}</bdi> : <span className="muted">(none)</span> },
    { id: 'people', header: 'People', width: '64px', align: 'end', title: 'Who gave signals; opens their visits', value: (p) => p.people, cell: (p) => <SessionsLink filter={signalsOf(p, by, filter)}>{formatCount(p.people)}</SessionsLink> },
    { id: 'share', header: 'Of users', width: '74px', align: 'end', title: 'Of the people who did something there at all', value: (p) => share(p) ?? -1, cell: (p) => <span title={`${formatCount(p.people)} of ${formatCount(p.users)} people`}>{formatShare(share(p))}</span> },
    { id: 'actions', header: 'Used', width: '70px', align: 'end', title: 'How often people did something there, with a signal or without', value: (p) => p.actions, cell: (p) => formatCount(p.actions) },
    { id: 'signals', header: 'Signals', width: '70px', align: 'end', value: (p) => p.signals, cell: (p) => <SignalsLink filter={signalsOf(p, by, filter)}>{formatCount(p.signals)}</SignalsLink> },
    { id: 'kinds', header: 'Kinds', width: 'minmax(240px, 2.8fr)', cell: (p) => <Kinds place={p} by={by} filter={filter} /> },
    { id: 'endpoint', header: 'What was called', width: 'minmax(170px, 1.5fr)', title: 'The endpoint that most of the actions behind the signals called', value: (p) => (p.calls[0] ? endpointName(p.calls[0].endpoint) : ''), cell: (p) => <Called place={p} /> },
    { id: 'failed', header: 'Went wrong', width: '100px', align: 'end', title: 'Of the actions that called it: a call failed or was refused', value: (p) => wrong(p) ?? -1, cell: (p) => <WentWrong place={p} /> },
    { id: 'p75', header: 'p75', width: '66px', align: 'end', title: 'Three of four actions waited no longer for their slowest call', value: (p) => p.calls[0]?.p75_us ?? -1, cell: (p) => formatDuration(p.calls[0]?.p75_us) },
  ]
}

const wrong = ({ calls: [call] }: FrictionPlace) => (call ? call.failed / call.actions : null)

function SignalsLink({ filter, children }: { filter: string; children: string }) {
  return <Link to="/signals" search={{ filter }} onClick={(event) => event.stopPropagation()}>{children}</Link>
}

function Kinds({ place, by, filter }: { place: FrictionPlace; by: By; filter: string | undefined }) {
  return (
    <span className="kinds" title={place.kinds.map(({ kind, signals }) => countWords(kind, signals)).join(', ')}>
      {place.kinds.map(({ kind, signals }) => <SignalsLink key={kind} filter={signalsOf(place, by, filter, kind)}>{countWords(kind, signals)}</SignalsLink>)}
    </span>
  )
}

function Called({ place: { calls } }: { place: FrictionPlace }) {
  const [call] = calls
  if (!call) return <span className="muted">–</span>
  const all = calls.map(({ endpoint, actions, failed }) => `${endpointName(endpoint)}: ${actions} actions, ${failed} went wrong`).join('\n')
  return <Link to="/endpoints/$id" params={{ id: call.endpoint_id }} title={all} onClick={(event) => event.stopPropagation()}><bdi>{endpointName(call.endpoint)}</bdi></Link>
}

function WentWrong({ place }: { place: FrictionPlace }) {
  const [call] = place.calls
  if (!call) return <span className="muted">–</span>
  return <span className={call.failed > 0 ? 'failed' : 'muted'} title={`${formatCount(call.failed)} of ${formatCount(call.actions)} actions`}>{formatShare(wrong(place))}</span>
}
