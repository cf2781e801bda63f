import type { CallRecord } from '../../api/types'
import { CopyButton } from '../../components/CopyButton'
import { formatBytes } from '../../lib/format'
import { layBody } from './bodies'

/** What the call carried, where its endpoint keeps bodies; nothing otherwise. */
export function Bodies({ call: { request_body: request, response_body: response } }: { call: CallRecord }) {
  if (!request && !response) return null
  return (
    <section>
      <h3>Bodies</h3>
      <p className="muted small">As they were kept: without secrets and personal values, for three days.</p>
      {request && <Body name="Request body" text={request} />}
      {response && <Body name="Response body" text={response} />}
    </section>
  )
}

function Body({ name, text }: { name: string; text: string }) {
  const body = layBody(text)
  return (
    <details className="body">
      <summary>{name} <span className="muted">{body.kind}, {formatBytes(new Blob([text]).size)}</span></summary>
      {/* The region scrolls, so the keyboard must be able to reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className="copy-text" tabIndex={0} role="region" aria-label={name}>{body.text}</pre>
      <CopyButton label="Copy" text={() => body.text} />
    </details>
  )
}
