import { ActionIcon } from '@mantine/core'
import type { EventRecord, SignalRecord, SpanRecord, Timeline } from '../../api/types'
import { OutLink, Replays } from '../../components/OutLink'
import { CallsLink, Facts, Moment } from '../../components/values'
import { term } from '../../lib/filter'
import { formatDuration } from '../../lib/format'
import { attributeFacts } from '../calls/CallFacts'
import { Gone, RequestPanel } from '../calls/RequestPanel'
import { VerdictFacts } from '../verdict/VerdictFacts'
import { callKey, describeEvent, eventKey, spanKey } from './timeline'

type Props = { timeline: Timeline; selected: string; onClose: () => void }

/** The selected row of the timeline in full: an event, a request or a span. */
export function TimelinePanel({ timeline, selected, onClose }: Props) {
  const call = timeline.calls.find((c) => callKey(c.id) === selected)
  if (call) return <RequestPanel id={call.id} onClose={onClose} />
  const event = timeline.events.find((e) => eventKey(e.id) === selected)
  const span = timeline.spans.find((s) => spanKey(s.span_id) === selected)
  if (!event && !span) {
    return (
      <aside className="panel" aria-label="Details">
        <div className="panel-head"><h2>Details</h2><ActionIcon variant="subtle" size="sm" aria-label="Close" title="Close (Esc)" onClick={onClose}>×</ActionIcon></div>
        <Gone what="row" />
      </aside>
    )
  }
  return (
    <aside className="panel" aria-label="Details">
      <div className="panel-head">
        <h2 className="clamp"><bdi>{event ? describeEvent(event) : span?.name}</bdi></h2>
        <ActionIcon variant="subtle" size="sm" aria-label="Close" title="Close (Esc)" onClick={onClose}>×</ActionIcon>
      </div>
      {event && <Signals signals={timeline.signals.filter((signal) => signal.event_id === event.id)} />}
      {event && timeline.verdicts.filter(({ event_id }) => event_id === event.id).map((verdict) => <VerdictFacts key={verdict.event_id} verdict={verdict} />)}
      {event && <Replays properties={event.properties} />}
      {event && <EventFacts event={event} />}
      {span && <SpanFacts span={span} />}
    </aside>
  )
}

function Signals({ signals }: { signals: SignalRecord[] }) {
  if (signals.length === 0) return null
  return (
    <section>
      <h3>Friction</h3>
      {signals.map((signal) => <p key={`${signal.kind} ${signal.time}`}><span className="failed">{signal.kind.replaceAll('_', ' ')}</span> {signal.detail}</p>)}
    </section>
  )
}

function EventFacts({ event: e }: { event: EventRecord }) {
  return (
    <Facts facts={[
      ['Time', <Moment key="time" at={e.time} precision="milli" />],
      ['Kind', e.kind],
      ['Name', e.name],
      ['Took', e.duration_us ? formatDuration(e.duration_us) : ''],
      ['Page', e.page?.path || e.page?.url],
      ['Title', e.page?.title],
      ['Element', e.target?.name],
      ['Selector', e.target?.selector],
      ['Role', e.target?.role],
      ['Release', e.release],
      ['Id', e.id],
      ...attributeFacts(e.properties),
    ]} />
  )
}

function SpanFacts({ span: s }: { span: SpanRecord }) {
  return (
    <Facts facts={[
      ['Time', <Moment key="time" at={s.time} precision="milli" />],
      ['Took', formatDuration(s.duration_us)],
      ['Service', s.service],
      ['Kind', s.kind],
      ['Error', s.error && <span key="error" className="failed">{s.error}</span>],
      ['Trace', <span key="trace"><CallsLink filter={term('call.trace_id', '==', s.trace_id)} side="any">{s.trace_id}</CallsLink> <OutLink kind="trace" id={s.trace_id} /></span>],
      ['Span', s.span_id],
      ...attributeFacts(s.attributes),
    ]} />
  )
}
