import { useMemo } from 'react'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useErrorGroup, type ErrorAnswer, type ErrorGroup } from '../../api/groups'
import { useReleases } from '../../api/queries'
import { ChartFrame } from '../../charts/ChartFrame'
import { DataTable } from '../../charts/DataTable'
import { TimeSeries } from '../../charts/TimeSeries'
import { Answered } from '../../components/Notice'
import { CallsLink, Moment, SessionsLink } from '../../components/values'
import { oneOf } from '../../lib/filter'
import { formatCount, plural } from '../../lib/format'
import { formatMoment, toIso } from '../../lib/time'
import { usePreferences, useRange, useSetSearch } from '../../lib/view'
import { callColumns } from '../calls/callColumns'
import { releaseMarks } from '../red'
import { eventColumns, personColumns } from './errorColumns'
import { newSince } from './newSince'
import { Stack } from './Stack'
import './errors.css'

const route = getRouteApi('/errors/$id')

/** One error: since when, whom it hit, each time it happened, and where in the code. */
export default function ErrorPage() {
  const { id } = route.useParams()
  const { query: range } = useRange()
  const error = useErrorGroup(id, range)
  return (
    <Answered query={error} what="the error">
      {(answer) => (
        <div className="stack">
          <Summary answer={answer} />
          <Trend answer={answer} />
          {answer.error.kind === 'browser' && <section className="stack" aria-labelledby="stack"><h2 id="stack">Where in the code, in the newest one</h2><Stack frames={answer.frames} noMap={answer.no_map} /></section>}
          <div className="columns">
            <People answer={answer} />
            <Rows answer={answer} />
          </div>
          <div className="three">
            <Counts title="Releases" values={answer.releases} />
            <Counts title="Browsers" values={answer.browsers} />
            {answer.error.kind === 'browser' && <Counts title="Pages" values={answer.pages} />}
          </div>
        </div>
      )}
    </Answered>
  )
}

function Summary({ answer }: { answer: ErrorAnswer }) {
  const { error: e, truncated } = answer
  const range = useRange()
  const releases = useReleases(range.query)
  const since = newSince(e, releases.data?.releases ?? [], range.from)
  return (
    <header>
      <h1 className="error-title"><bdi>{e.name}</bdi> <span className="failed">{e.status || ''}</span> <bdi className="muted">{answer.message || e.error}</bdi></h1>
      <p>
        {e.kind === 'call' && answer.filter ? <CallsLink filter={answer.filter} side="any">{plural(e.count, 'failed call')}</CallsLink> : <a href="#rows">{e.kind === 'call' ? plural(e.count, 'failed call') : plural(e.count, 'browser error')}</a>}
        {' '}hit <a href="#people">{plural(e.people, 'known person', 'known people')}</a> in <Sessions answer={answer} />, first at <Moment at={e.first_seen} />, last at <Moment at={e.last_seen} />.
        {since && <> <b className="slow">New since {since.service} {since.version}</b> (deployed <Moment at={since.at} />).</>}
        {e.endpoint_id && <> <Link to="/endpoints/$id" params={{ id: e.endpoint_id }}>Open the endpoint</Link>.</>}
      </p>
      <AlsoSeen error={e} />
      {truncated && <p className="slow">Only the newest 5,000 errors are looked at; a shorter range counts all.</p>}
    </header>
  )
}

/** The same failures as services further out saw them: they are counted once. */
function AlsoSeen({ error: { also_seen } }: { error: ErrorGroup }) {
  if (also_seen.length === 0) return null
  return (
    <p>
      The same failures were also seen as{' '}
      {also_seen.map((tier, i) => (
        <span key={`${tier.endpoint_id} ${tier.status ?? ''}`}>{i > 0 && ', '}<Link to="/endpoints/$id" params={{ id: tier.endpoint_id }}><bdi>{tier.name}</bdi></Link> ({tier.status ? `status ${tier.status}` : 'no answer'}, {plural(tier.count, 'time')})</span>
      ))}. Here each counts once.
    </p>
  )
}

/** The sessions an error was met in; a filter holds some 90 ids, and then says that these are the newest. */
function Sessions({ answer: { error, sessions } }: { answer: ErrorAnswer }) {
  if (sessions.length === 0) return <>no known session</>
  const filter = oneOf('session.id', sessions)
  const linked = filter.split(', ').length
  return <SessionsLink filter={filter}>{plural(error.sessions, 'session')}{linked < error.sessions ? ` (the newest ${linked})` : ''}</SessionsLink>
}

function Trend({ answer: { error, buckets, end } }: { answer: ErrorAnswer }) {
  const { zone } = usePreferences()
  const setSearch = useSetSearch()
  const range = useRange()
  const releases = useReleases(range.query)
  const times = useMemo(() => buckets.map((at) => Date.parse(at)), [buckets])
  const lines = useMemo(() => [{ label: 'errors', color: '--failed', values: error.trend, format: formatCount, axis: 'left' as const, filled: true }], [error])
  const marks = useMemo(() => releaseMarks(releases.data?.releases ?? [], serviceOf(error)), [releases.data, error])
  const most = error.trend.indexOf(Math.max(...error.trend))
  return (
    <ChartFrame title="Over time" columns={['Time', 'Errors']} rows={times.map((at, i) => [formatMoment(at, zone, 'minute'), error.trend[i] ?? 0])}
      finding={`Most were ${formatCount(error.trend[most])}, from ${formatMoment(times[most]!, zone, 'minute')} to ${formatMoment(times[most + 1] ?? Date.parse(end), zone, 'minute')}.`}>
      <TimeSeries label={`How often ${error.name} happened over time`} times={times} lines={lines} marks={marks} height={140} onZoom={(from, to) => setSearch({ from: toIso(from), to: toIso(to) })} />
    </ChartFrame>
  )
}

/** Calls are marked with their own service's releases, browser errors with all. */
function serviceOf(error: ErrorGroup): string | undefined {
  return error.kind === 'call' && error.name.includes(': ') ? error.name.slice(0, error.name.indexOf(': ')) : undefined
}

function People({ answer: { error, people } }: { answer: ErrorAnswer }) {
  return (
    <section className="stack" aria-labelledby="people">
      <h2 id="people">People who met it{people.length < error.people ? ` (${people.length} of ${formatCount(error.people)})` : ''}</h2>
      {people.length === 0
        ? <p className="muted">Nobody known: the calls are linked to no visit. <Link to="/quality">Data quality</Link> says why.</p>
        : <DataTable label="People who met it" columns={personColumns} rows={people} rowKey={(p) => p.id} maxHeight={300} />}
    </section>
  )
}

function Rows({ answer: { error, calls, events, filter } }: { answer: ErrorAnswer }) {
  const navigate = useNavigate()
  const shown = calls.length + events.length
  return (
    <section className="stack" aria-labelledby="rows">
      <h2 id="rows">Each time it happened{shown < error.count ? ` (the newest ${shown})` : ''}</h2>
      {error.kind === 'call'
        ? <DataTable main label="Each time it happened" columns={callColumns} rows={calls} rowKey={(c) => c.id} maxHeight={300}
            onOpen={(c) => void navigate({ to: '/calls', search: { side: 'any', sel: c.id, ...(filter ? { filter } : {}) } })} />
        : <DataTable main label="Each time it happened" columns={eventColumns} rows={events} rowKey={(e) => e.id} maxHeight={300} />}
    </section>
  )
}

function Counts({ title, values }: { title: string; values: { value: string; count: number }[] }) {
  if (values.length === 0) return null
  return (
    <section>
      <h3>{title}</h3>
      <ul className="counts">{values.slice(0, 12).map(({ value, count }) => <li key={value}><span>{value}</span><span>{formatCount(count)}</span></li>)}</ul>
    </section>
  )
}
