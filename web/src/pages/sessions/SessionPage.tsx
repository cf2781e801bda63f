import { useEffect, useEffectEvent, useMemo, useRef } from 'react'
import { SegmentedControl } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useTimeline } from '../../api/queries'
import type { Timeline } from '../../api/types'
import { Waterfall } from '../../charts/Waterfall'
import { Answered } from '../../components/Notice'
import { OutLink } from '../../components/OutLink'
import { Moment, PersonLink } from '../../components/values'
import { formatCount, formatMs, plural } from '../../lib/format'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { Gone, isGone } from '../calls/RequestPanel'
import { buildTimeline, clockDifference, isTrouble, shownRows, type Shown } from './timeline'
import { TimelinePanel } from './TimelinePanel'

const route = getRouteApi('/sessions/$id')

/** One visit, action by action, with everything the API did about each. */
export default function SessionPage() {
  const { id } = route.useParams()
  const timeline = useTimeline(id)
  if (isGone(timeline.error)) return <div className="stack"><h1>Session</h1><Gone what="session" /></div>
  return <Answered query={timeline} what="the timeline">{(answer) => <TimelineView timeline={answer} />}</Answered>
}

const choices: { value: Shown; label: string }[] = [
  { value: 'all', label: 'Everything' }, { value: 'actions', label: 'Actions only' }, { value: 'trouble', label: 'Failures, friction' },
]

function TimelineView({ timeline }: { timeline: Timeline }) {
  const { sel, axis, show } = useViewSearch()
  const setSearch = useSetSearch()
  const all = useMemo(() => buildTimeline(timeline), [timeline])
  const shown = choices.find(({ value }) => value === show)?.value ?? 'all'
  const rows = useMemo(() => shownRows(all, shown), [all, shown])
  const trouble = useMemo(() => all.filter(isTrouble).length, [all])
  const clocks = useMemo(() => clockDifference(all), [all])
  const select = (id: string | undefined) => setSearch({ sel: id }, { replace: true })
  return (
    <div className="fill">
      <Summary timeline={timeline} />
      <div className="row">
        <SegmentedControl size="xs" aria-label="Rows" value={shown} data={choices} onChange={(value) => setSearch({ show: value === 'all' ? undefined : value }, { replace: true })} />
        <span className="muted small">{plural(rows.length, 'row')}. {trouble > 0 ? <><kbd>n</kbd> and <kbd>p</kbd> jump {trouble === 1 ? 'to the one' : `between the ${formatCount(trouble)} rows`} that show{trouble === 1 && 's'} a failure or friction{timeline.session.failed > 0 && trouble > timeline.session.failed && '; a failed call has a row for each side that saw it'}.</> : 'No failure and no friction.'}{clocks >= 1 && ` Where clocks differ, server rows are moved into the call they answer, by up to ${formatMs(clocks)}.`}</span>
      </div>
      <div className="sides">
        {rows.length > 0
          ? <Waterfall label={`Timeline of session ${timeline.session.id}`} rows={rows} selected={sel} onSelect={select} stops={isTrouble} key={shown}
            axis={axis === 'session' ? 'session' : 'action'} onAxis={(next) => setSearch({ axis: next === 'session' ? next : undefined }, { replace: true })} />
          : <div className="waterfall"><p className="muted">No such rows in this session.</p></div>}
        {sel && <TimelinePanel timeline={timeline} selected={sel} onClose={() => select(undefined)} />}
      </div>
    </div>
  )
}

function Summary({ timeline: { session: s, signals, truncated } }: { timeline: Timeline }) {
  const { sel } = useViewSearch()
  const heading = useRef<HTMLHeadingElement>(null)
  // Whoever opens a session reads it next; a row that the address names takes the keyboard itself.
  const read = useEffectEvent(() => sel === undefined && heading.current?.focus({ preventScroll: true }))
  useEffect(() => void read(), [])
  return (
    <header>
      <h1 ref={heading} tabIndex={-1}>Session of <Person session={s} /> <OutLink kind="session" id={s.id} /></h1>
      <p>
        <Moment at={s.start} />, {formatMs(s.duration_ms)}: {plural(s.pages, 'page load')}, {plural(s.actions, 'action')}, {plural(s.calls, 'call')}
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
