import { Link } from '@tanstack/react-router'
import { ActionIcon } from '@mantine/core'
import { useCall } from '../../api/queries'
import type { CallRecord, EventRecord, LinkRecord, RequestAnswer, SpanRecord } from '../../api/types'
import { Answered } from '../../components/Notice'
import { Confidence, Method, Moment, Status } from '../../components/values'
import { formatDuration } from '../../lib/format'
import { describeEvent, eventKey } from '../sessions/timeline'
import { CallFacts } from './CallFacts'

/** One request in full, with what the person did beside it. */
export function RequestPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const request = useCall(id)
  return (
    <aside className="panel" aria-label="Request">
      <Answered query={request} what="the request">
        {(answer) => (
          <>
            <div className="panel-head">
              <h2><Method method={answer.call.method} /> {answer.call.path || answer.call.route} <Status status={answer.call.status} error={answer.call.error} /></h2>
              <ActionIcon variant="subtle" size="sm" aria-label="Close" title="Close (Esc)" onClick={onClose}>×</ActionIcon>
            </div>
            <Cause answer={answer} />
            <Tiers answer={answer} />
            <Spans spans={answer.spans} />
            <section><h3>Request</h3><CallFacts call={answer.call} /></section>
          </>
        )}
      </Answered>
    </aside>
  )
}

function Cause({ answer: { call, event, links } }: { answer: RequestAnswer }) {
  const session = event?.session_id || call.session_id || call.link?.session_id
  const link = links.find((l) => l.event_id)
  return (
    <section>
      <h3>What the person did</h3>
      {event ? <Action event={event} link={link} /> : <p className="muted">No action is known. <Link to="/quality">Data quality</Link> says why calls stay unlinked.</p>}
      {session && (
        <p><Link to="/sessions/$id" params={{ id: session }} search={event ? { sel: eventKey(event.id) } : {}}>Open the session's timeline</Link></p>
      )}
    </section>
  )
}

function Action({ event, link }: { event: EventRecord; link: LinkRecord | undefined }) {
  return (
    <p>
      <Moment at={event.time} precision="milli" /> <b>{describeEvent(event)}</b>
      {event.page?.path && <span className="muted"> on {event.page.path}</span>}
      {link && <> · <Confidence method={link.method} confidence={link.confidence} /></>}
    </p>
  )
}

/** The same request as the other sides and tiers saw it, from the browser inwards. */
function Tiers({ answer: { call, calls, links } }: { answer: RequestAnswer }) {
  if (calls.length === 0) return null
  const all = [call, ...calls].toSorted((a, b) => (a.side === b.side ? (b.duration_us ?? 0) - (a.duration_us ?? 0) : a.side === 'client' ? -1 : 1))
  const client = all.find((c) => c.side === 'client')
  const server = all.find((c) => c.side === 'server')
  return (
    <section>
      <h3>As each side saw it</h3>
      <table className="mini-table">
        <thead><tr><th scope="col">Side</th><th scope="col">Status</th><th scope="col">Took</th><th scope="col">Link</th></tr></thead>
        <tbody>{all.map((c) => <Tier key={c.id} call={c} link={linkTo(c, links)} />)}</tbody>
      </table>
      {client?.duration_us != null && server?.duration_us != null && (
        <p className="muted">Of the {formatDuration(client.duration_us)} the person waited, the server took {formatDuration(server.duration_us)}; network and browser the other {formatDuration(Math.max(0, client.duration_us - server.duration_us))}.</p>
      )}
    </section>
  )
}

function Tier({ call, link }: { call: CallRecord; link: LinkRecord | undefined }) {
  return (
    <tr>
      <td>{call.side === 'client' ? 'browser' : call.service || 'server'}</td>
      <td><Status status={call.status} error={call.error} /></td>
      <td>{formatDuration(call.duration_us)}</td>
      <td>{link ? <Confidence method={link.method} confidence={link.confidence} /> : ''}</td>
    </tr>
  )
}

function linkTo(call: CallRecord, links: LinkRecord[]): LinkRecord | undefined {
  return call.side === 'client' ? links.find((l) => l.client_call_id === call.id && l.event_id) : links.find((l) => l.server_call_id === call.id && l.client_call_id)
}

function Spans({ spans }: { spans: SpanRecord[] }) {
  if (spans.length === 0) return null
  return (
    <section>
      <h3>Spans below it</h3>
      <table className="mini-table">
        <thead><tr><th scope="col">Span</th><th scope="col">Service</th><th scope="col">Took</th></tr></thead>
        <tbody>
          {spans.map((span) => (
            <tr key={span.span_id}><td className={span.error ? 'failed' : undefined} title={span.error}>{span.name}</td><td>{span.service}</td><td>{formatDuration(span.duration_us)}</td></tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
