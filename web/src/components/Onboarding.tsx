import { EmptyNotice } from './Notice'

/** The two ways data comes in, as text to copy. */
const importCommand = 'clickspan import --follow /var/log/nginx/access.log'
const scriptTag = '<script async src="/clickspan.js"></script>'

export function NoCalls() {
  return (
    <EmptyNotice title="No calls in this time range.">
      <p>Calls come from a server's access log, from OpenTelemetry, or from the browser. To read a log, and keep reading it:</p>
      <pre>{importCommand}</pre>
      <p className="muted">If data is older, choose a longer time range at the top right.</p>
    </EmptyNotice>
  )
}

export function NoSessions() {
  return (
    <EmptyNotice title="No sessions in this time range.">
      <p>From a log alone come endpoints and calls. Sessions begin with what people do in the browser; put this tag into your pages:</p>
      <pre>{scriptTag}</pre>
      <p className="muted">If data is older, choose a longer time range at the top right.</p>
    </EmptyNotice>
  )
}

export function NothingMatches({ what, onClear }: { what: string; onClear: () => void }) {
  return (
    <EmptyNotice title={`No ${what} match the filter in this time range.`}>
      <p><button type="button" className="plain-button" onClick={onClear}>Clear the filter</button></p>
    </EmptyNotice>
  )
}
