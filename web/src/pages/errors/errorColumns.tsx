import { Link } from '@tanstack/react-router'
import type { ErrorGroup, ErrorPerson } from '../../api/groups'
import type { EventRecord } from '../../api/types'
import type { Column } from '../../charts/DataTable'
import { Sparkline } from '../../charts/Sparkline'
import { Moment, Opens, PersonLink, Status } from '../../components/values'
import { formatCount } from '../../lib/format'
import { sessionLink } from '../sessions/sessionLink'

/** A number that opens a part of the error's page. */
function Part({ error, part, n }: { error: ErrorGroup; part: string; n: number }) {
  return <Opens n={n}>{(text) => <Link to="/errors/$id" params={{ id: error.id }} hash={part} onClick={(event) => event.stopPropagation()}>{text}</Link>}</Opens>
}

/** What failed, and the services further out that saw the same failures. */
function Name({ error: { name, also_seen } }: { error: ErrorGroup }) {
  const others = also_seen.map((tier) => tier.name)
  return <span title={[name, ...others.map((other) => `also seen as ${other}`)].join('\n')}><bdi>{name}</bdi>{others.length > 0 && <span className="muted"> also seen as <bdi>{others.join(', ')}</bdi></span>}</span>
}

const noAnswer = 'no answer'

/** Where it went wrong. A call without a status never got an answer, so the API cannot be blamed for it. */
function where(e: ErrorGroup): string {
  return e.kind === 'browser' ? 'browser' : e.status ? 'API' : noAnswer
}

export const errorColumns: Column<ErrorGroup>[] = [
  { id: 'kind', header: 'Where', width: '80px', value: where, cell: (e) => <span title={where(e) === noAnswer ? 'The call got no answer: which part of the way failed is not known' : undefined}>{where(e)}</span> },
  { id: 'name', header: 'Error', width: 'minmax(240px, 2fr)', value: (e) => e.name, cell: (e) => <Name error={e} /> },
  {
    id: 'what', header: 'What', width: 'minmax(160px, 2fr)',
    cell: (e) => <span title={e.error}>{e.kind === 'call' ? <><Status status={e.status} error={e.error} /> {e.status ? <bdi>{e.error}</bdi> : ''}</> : <><bdi>{e.error}</bdi> <span className="muted">{e.frame}</span></>}</span>,
  },
  { id: 'trend', header: 'Trend', width: '112px', cell: (e) => <Sparkline values={e.trend} label={`Trend of ${e.name}`} /> },
  { id: 'count', header: 'Count', width: '72px', align: 'end', value: (e) => e.count, cell: (e) => <Part error={e} part="rows" n={e.count} /> },
  { id: 'people', header: 'People', width: '72px', align: 'end', value: (e) => e.people, cell: (e) => <Part error={e} part="people" n={e.people} /> },
  { id: 'sessions', header: 'Sessions', width: '76px', align: 'end', value: (e) => e.sessions, cell: (e) => <Part error={e} part="people" n={e.sessions} /> },
  { id: 'first', header: 'First seen', width: '128px', align: 'end', title: 'In this time range', value: (e) => Date.parse(e.first_seen), cell: (e) => <Moment at={e.first_seen} /> },
  { id: 'last', header: 'Last seen', width: '128px', align: 'end', value: (e) => Date.parse(e.last_seen), cell: (e) => <Moment at={e.last_seen} /> },
  { id: 'release', header: 'First in', width: '84px', title: 'Release of the first one', value: (e) => e.first_release ?? '', cell: (e) => e.first_release || <span className="muted">–</span> },
  {
    id: 'example', header: 'Example', width: '80px',
    cell: (e) => e.session ? <Link {...sessionLink(e.session, e.kind === 'call' ? { call_id: e.example } : { event_id: e.example })} onClick={(event) => event.stopPropagation()}>watch one</Link> : <span className="muted">–</span>,
  },
]

export const personColumns: Column<ErrorPerson>[] = [
  { id: 'person', header: 'Person', width: 'minmax(150px, 1fr)', cell: (p) => <PersonLink id={p.id} /> },
  { id: 'count', header: 'Times', width: '60px', align: 'end', cell: (p) => formatCount(p.count) },
  { id: 'last', header: 'Last', width: '128px', align: 'end', cell: (p) => <Moment at={p.last_seen} /> },
  { id: 'session', header: 'Session', width: '76px', cell: (p) => p.session ? <Link {...sessionLink(p.session)}>watch</Link> : <span className="muted">–</span> },
]

export const eventColumns: Column<EventRecord>[] = [
  { id: 'time', header: 'Time', width: '128px', cell: (e) => <Moment at={e.time} /> },
  { id: 'message', header: 'Message', width: 'minmax(200px, 2fr)', cell: (e) => <bdi>{messageOf(e)}</bdi> },
  { id: 'page', header: 'Page', width: 'minmax(120px, 1fr)', cell: (e) => e.page?.path ?? '' },
  { id: 'browser', header: 'Browser', width: '110px', cell: (e) => e.context?.browser ?? '' },
  { id: 'release', header: 'Release', width: '76px', cell: (e) => e.release ?? '' },
  { id: 'session', header: 'Session', width: '76px', cell: (e) => e.session_id ? <Link {...sessionLink(e.session_id, { event_id: e.id })}>watch</Link> : <span className="muted">–</span> },
]

function messageOf(event: EventRecord): string {
  const message = event.properties?.message ?? event.properties?.['exception.message']
  return typeof message === 'string' ? message : event.name
}
