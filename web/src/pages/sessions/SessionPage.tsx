import { useMemo } from 'react'
import { getRouteApi } from '@tanstack/react-router'
import { useTimeline } from '../../api/queries'
import type { Timeline } from '../../api/types'
import { Waterfall } from '../../charts/Waterfall'
import { Answered } from '../../components/Notice'
import { Moment, PersonLink } from '../../components/values'
import { formatMs, plural } from '../../lib/format'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { buildTimeline } from './timeline'
import { TimelinePanel } from './TimelinePanel'

const route = getRouteApi('/sessions/$id')

/** One visit, action by action, with everything the API did about each. */
export default function SessionPage() {
  const { id } = route.useParams()
  const timeline = useTimeline(id)
  return <Answered query={timeline} what="the timeline">{(answer) => <TimelineView timeline={answer} />}</Answered>
}

function TimelineView({ timeline }: { timeline: Timeline }) {
  const { sel, axis } = useViewSearch()
  const setSearch = useSetSearch()
  const rows = useMemo(() => buildTimeline(timeline), [timeline])
  const select = (id: string | undefined) => setSearch({ sel: id }, { replace: true })
  return (
    <div className="fill">
      <Summary timeline={timeline} />
      <div className="sides">
        <Waterfall label={`Timeline of session ${timeline.session.id}`} rows={rows} selected={sel} onSelect={select}
          axis={axis === 'session' ? 'session' : 'action'} onAxis={(next) => setSearch({ axis: next === 'session' ? next : undefined }, { replace: true })} />
        {sel && <TimelinePanel timeline={timeline} selected={sel} onClose={() => select(undefined)} />}
      </div>
    </div>
  )
}

function Summary({ timeline: { session: s, signals, truncated } }: { timeline: Timeline }) {
  return (
    <header>
      <h1>Session of <Person session={s} /></h1>
      <p>
        <Moment at={s.start} />, {formatMs(s.duration_ms)}: {plural(s.pages, 'page')}, {plural(s.actions, 'action')}, {plural(s.calls, 'call')}
        {s.failed > 0 && <>, <span className="failed">{s.failed} failed</span></>}
        {signals.length > 0 && <>; friction: <span className="slow">{describeSignals(signals)}</span></>}.
        {s.exit_page && <span className="muted"> Left on {s.exit_page}.</span>}
      </p>
      {truncated && <p className="slow">The session is longer than 10,000 rows of a kind; the rest is not shown.</p>}
    </header>
  )
}

function Person({ session: s }: { session: Timeline['session'] }) {
  const id = s.user_id || s.device_id
  return id ? <PersonLink id={id} /> : <>{s.id}</>
}

function describeSignals(signals: Timeline['signals']): string {
  const counts = new Map<string, number>()
  for (const { kind } of signals) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, count]) => `${count} × ${kind.replaceAll('_', ' ')}`).join(', ')
}
