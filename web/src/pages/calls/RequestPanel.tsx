import { Link } from '@tanstack/react-router'
import { ActionIcon } from '@mantine/core'
import { useCall } from '../../api/queries'
import type { CallRecord, EventRecord, LinkRecord, RequestAnswer, SpanRecord } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { ErrorNotice } from '../../components/Notice'
import { Replays } from '../../components/OutLink'
import { CallsLink, Confidence, Method, Moment, Status } from '../../components/values'
import { Problem } from '../../api/client'
import { formatDuration, formatShare } from '../../lib/format'
import { explainLink } from '../../lib/linkWords'
import { sessionLink } from '../sessions/sessionLink'
import { describeEvent } from '../sessions/timeline'
import { alikeFilter } from './alike'
import { Bodies } from './Bodies'
import { CallFacts } from './CallFacts'
import { asCurl, asHar, asJson } from './copyAs'
import { splitOf } from './split'

/** One request in full, with what the person did beside it. */
export function RequestPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: answer, error } = useCall(id)
  return (
    <aside className="panel" aria-label="Request">
      <div className="panel-head">
        {answer
          ? <h2 className="clamp"><Method method={answer.call.method} /> <bdi>{answer.call.path || answer.call.route}</bdi> <Status status={answer.call.status} error={answer.call.error} /></h2>
          : <h2>Request</h2>}
        <ActionIcon variant="subtle" size="sm" aria-label="Close" title="Close (Esc)" onClick={onClose}>×</ActionIcon>
      </div>
      {answer && <Request answer={answer} />}
      {!answer && error && (isGone(error) ? <Gone what="call" /> : <ErrorNotice error={error} />)}
      {!answer && !error && <p className="muted" role="status">Loading the request …</p>}
    </aside>
  )
}

export function isGone(error: unknown): boolean {
  return error instanceof Problem && error.status === 404
}

/** A link that somebody kept may lead to what is no longer there. */
export function Gone({ what }: { what: string }) {
  return (
    <div className="notice" role="alert">
      <p><b>This {what} is not stored any more.</b></p>
      <p className="muted">It was older than the retention allows, its person or import was erased, or the address is not whole.</p>
    </div>
  )
}

function Request({ answer }: { answer: RequestAnswer }) {
  const { call } = answer
  return (
    <>
      <Cause answer={answer} />
      <Split answer={answer} />
      <Tiers answer={answer} />
      <Spans spans={answer.spans} />
      <Bodies call={call} />
      <section>
        <h3>Request</h3>
        <p><CallsLink filter={alikeFilter(call)} side={call.side}>Calls like this</CallsLink> <span className="muted">same endpoint, status class and error</span></p>
        <Replays properties={call.attributes} />
        <CallFacts call={call} />
        <div className="row copies">
          <span className="muted">Copy as</span>
          <CopyButton label="curl" text={() => asCurl(call)} />
          <CopyButton label="HAR" text={() => asHar(call)} />
          <CopyButton label="JSON" text={() => asJson(call)} />
        </div>
      </section>
    </>
  )
}

function Cause({ answer: { call, event, links } }: { answer: RequestAnswer }) {
  const session = event?.session_id || call.session_id || call.link?.session_id
  const link = links.find((l) => l.event_id)
  return (
    <section>
      <h3>What the person did</h3>
      {event ? <Action event={event} link={link} /> : <p className="muted">{call.link_pending ? 'It came a moment ago and is not linked yet.' : 'No action is known.'} <Link to="/quality">Data quality</Link> says why calls stay without one.</p>}
      {session && (
        <p>
          <Link {...sessionLink(session, { event_id: event?.id, call_id: call.id })}>
            {call.failed || (call.status ?? 0) >= 400 ? 'What did this person do before?' : "Open the session's timeline"}
          </Link>
        </p>
      )}
    </section>
  )
}

function Action({ event, link }: { event: EventRecord; link: LinkRecord | undefined }) {
  return (
    <>
      <p className="clamp">
        <Moment at={event.time} precision="milli" /> <b><bdi>{describeEvent(event)}</bdi></b>
        {event.page?.path && <span className="muted"> on <bdi>{event.page.path}</bdi></span>}
      </p>
      {link && <p className="muted small">Link by {link.method}, {explainLink(link)}.</p>}
      <Replays properties={event.properties} />
    </>
  )
}

/** Where the time went: the sum is what the person waited for. */
function Split({ answer: { call, calls, event, links } }: { answer: RequestAnswer }) {
  const parts = splitOf(event, [call, ...calls], links)
  if (!parts) return null
  const total = parts.reduce((n, part) => n + part.us, 0)
  const order = ['before the request', 'network', 'server', 'after the response']
  return (
    <section>
      <h3>Where the time went</h3>
      <div className="split" aria-hidden>{parts.map((part) => part.us > 0 && <i key={part.name} className={`split-${order.indexOf(part.name)}`} style={{ flexGrow: part.us, flexBasis: 0 }} />)}</div>
      <table className="mini-table">
        <thead><tr><th scope="col">Part</th><th scope="col">Took</th><th scope="col">Share</th><th scope="col">What it is</th></tr></thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part.name}>
              <td className="nowrap"><i className={`swatch split-${order.indexOf(part.name)}`} aria-hidden />{part.name}</td>
              <td className="nowrap">{formatDuration(part.us)}</td><td className="nowrap">{formatShare(total === 0 ? 0 : part.us / total)}</td><td className="muted">{part.what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** The same request as the other sides and tiers saw it, from the browser inwards. */
function Tiers({ answer: { call, calls, links } }: { answer: RequestAnswer }) {
  if (calls.length === 0) return null
  const all = [call, ...calls].toSorted((a, b) => (a.side === b.side ? (b.duration_us ?? 0) - (a.duration_us ?? 0) : a.side === 'client' ? -1 : 1))
  return (
    <section>
      <h3>As each side saw it</h3>
      <table className="mini-table">
        <thead><tr><th scope="col">Side</th><th scope="col">Status</th><th scope="col">Took</th><th scope="col">Link</th></tr></thead>
        <tbody>{all.map((c) => <Tier key={c.id} call={c} link={linkTo(c, links)} />)}</tbody>
      </table>
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
