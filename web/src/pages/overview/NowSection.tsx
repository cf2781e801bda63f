import { Link } from '@tanstack/react-router'
import { endpointName } from '../../api/endpoints'
import type { Overview, Trouble } from '../../api/types'
import { Moment } from '../../components/values'
import { DemoComing } from '../../demo/Demo'
import { formatAgo, formatClock, formatMoment, toIso, type Zone } from '../../lib/time'
import { writeAsk } from '../../lib/ask'
import { formatCount, plural } from '../../lib/format'
import { usePreferences } from '../../lib/view'
import { sessionLink } from '../sessions/sessionLink'
import { Association } from '../../components/Association'
import { badCalls, badWords, becameWords, goalWords, hitBy, missing, quietWords, slowWords, verdictWords } from './words'

/** What hurts people now, in one sentence, with the ways to look closer; or that nothing does. */
export function NowSection({ overview }: { overview: Overview }) {
  const { now } = overview
  return (
    <header className={`headline ${mood(now)}`}>
      {now.trouble ? <TroubleNow trouble={now.trouble} at={overview.at} /> : <Quiet overview={overview} />}
      <Missing overview={overview} />
      {(!now.trouble || now.trouble.until) && <DemoComing />}
    </header>
  )
}

function mood(now: Overview['now']): string {
  if (now.trouble) return now.trouble.until ? 'over' : ''
  return now.history_since ? 'young' : 'calm'
}

function Quiet({ overview }: { overview: Overview }) {
  const { now, data, pending } = overview
  const preferences = usePreferences()
  const words = quietWords(overview, now.history_since ? clock(now.history_since, preferences.zone, preferences.now) : '')
  return (
    <>
      <h1>{now.state === 'no_calls' ? 'Nothing was called in the last hour.' : words.title}</h1>
      <p className="muted">
        {now.state === 'no_calls' ? <>The newest record is of <Moment at={data.newest ?? ''} precision="minute" />.</> : words.text}
        {' '}
        {now.last
          ? <LastTrouble last={now.last} />
          : !pending && now.state === 'quiet' && !now.history_since && 'There was no trouble in the week before.'}
      </p>
    </>
  )
}

function LastTrouble({ last }: { last: NonNullable<Overview['now']['last']> }) {
  const { zone, now } = usePreferences()
  const filter = badCalls({ ...last, slow_over_ms: last.slow_over_ms ?? 0 })
  return (
    <>
      The last trouble: <Link to="/calls" search={{ filter, side: last.side, from: last.from, to: last.to }}>
        {endpointName(last.endpoint)} {last.kind === 'failing' ? 'failed' : 'was slow'} {formatCount(last.bad)} of {plural(last.calls, 'time')}
      </Link> from {clock(last.from, zone, now)} to {clock(last.to, zone, now)}.
    </>
  )
}

function TroubleNow({ trouble: t, at }: { trouble: Trouble; at: string }) {
  const { zone, now } = usePreferences()
  const goal = goalWords(t)
  const slow = slowWords(t)
  const until = t.until ?? at
  return (
    <>
      <h1>
        <Link to="/endpoints/$id" params={{ id: t.endpoint.id }}>{endpointName(t.endpoint)}</Link>
        {t.endpoint.service && <> of {t.endpoint.service}</>}
        {t.kind === 'failing' ? ` ${t.until ? 'failed' : 'fails'}${t.slow ? ` and ${t.until ? 'was' : 'is'} slow` : ''}` : ` ${t.until ? 'was' : 'is'} slow`}
        {t.people > 0 && <> for {plural(t.people, 'person', 'people')}{t.sessions.length > 0 && <> (<People trouble={t} at={at}>{visitsWords(t)}</People>)</>}</>}
        {t.until ? <> from {clock(t.since, zone, now)} to {clock(t.until, zone, now)}, and is over</> : <> since {clock(t.since, zone, now)}</>}
        : <Link to="/calls" search={{ filter: badCalls(t), side: t.side, from: t.since, to: until }} className={t.kind === 'failing' ? 'failed' : 'slow'}>{badWords(t)}</Link>.
      </h1>
      <ul className="facts-list">
        {slow && <li>{slow}</li>}
        <li>{becameWords(t)}</li>
        {goal && <li>{goal} <Association what="these visits" /></li>}
        <li>{verdictWords(t)}</li>
        {t.release && <li>{t.release.service} {t.release.version} was released {formatAgo(Date.parse(t.release.at), Date.parse(t.since)).replace(' ago', '')} before it began.</li>}
      </ul>
      <p className="row actions">
        {t.example.session_id
          ? <Link {...sessionLink(t.example.session_id, t.example)}>Watch one</Link>
          : t.example.call_id && <Link to="/calls" search={{ sel: t.example.call_id, side: t.side, from: t.since, to: until }}>See one call</Link>}
        {t.sessions.length > 0 && <People trouble={t} at={at}>Their visits</People>}
        <Link to="/blast" search={{ ask: writeAsk({ exposure: hitBy(t) }), from: t.since, to: until }}>Whom it hit</Link>
        <Link to="/calls" search={{ filter: badCalls(t), side: t.side, from: t.since, to: until }}>The calls</Link>
        <Link to="/endpoints/$id" params={{ id: t.endpoint.id }}>The endpoint</Link>
      </p>
    </>
  )
}

const day = 86_400_000

/** "18 visits"; the list that it opens holds no more than 50. */
function visitsWords({ sessions, became }: Trouble): string {
  if (became.visits > sessions.length) return `the newest ${formatCount(sessions.length)} of ${plural(became.visits, 'visit')}`
  return `${became.sampled ? 'the newest ' : ''}${plural(sessions.length, 'visit')}`
}

/** The visits that were hit, the newest 50 of them. */
function People({ trouble: t, at, children }: { trouble: Trouble; at: string; children: React.ReactNode }) {
  if (t.sessions.length === 0) return children
  const from = toIso(Date.parse(t.since) - day)
  const to = toIso(Math.min(Date.parse(t.since) + 2 * day, Date.parse(at)))
  return <Link to="/sessions" search={{ filter: `session.id in ${JSON.stringify(t.sessions)}`, from, to }}>{children}</Link>
}

/** "11:40", with the date when that was another day. */
function clock(at: string, zone: Zone, now: number): string {
  const ms = Date.parse(at)
  return now - ms < day / 2 ? formatClock(ms, zone, 'minute') : formatMoment(ms, zone, 'minute')
}

/** What the page cannot tell yet, and where to bring it from. */
function Missing({ overview }: { overview: Overview }) {
  const text = missing(overview)
  if (!text) return null
  return <p>{text} <a href="/connect">Connect</a> shows what is missing.</p>
}
