import { Link, useLocation } from '@tanstack/react-router'
import { useSystem } from '../api/queries'
import { formatRange, toIso } from '../lib/time'
import { usePreferences } from '../lib/view'
import { EmptyNotice } from './Notice'

/** The two ways data comes in, as text to copy. */
const importCommand = 'clickspan import --follow /var/log/nginx/access.log'
const sendEvent = `curl -H "Authorization: Bearer $KEY" ${location.origin}/intake/events \\
  -d '{"name":"Order paid","device_id":"d1","time":"'$(date -u +%FT%TZ)'"}'`

export function NoCalls() {
  return (
    <EmptyNotice title="No calls in this time range.">
      <DataElsewhere />
      <p>Calls come from a server's access log, from OpenTelemetry, or from the browser. To read a log, and keep reading it:</p>
      <pre>{importCommand}</pre>
    </EmptyNotice>
  )
}

export function NoSessions() {
  return (
    <EmptyNotice title="No sessions in this time range.">
      <DataElsewhere />
      <p>From a log alone come endpoints and calls. Sessions begin with what people do: <Link to="/connect">Connect</Link> has the script tag for your pages. Or point OpenTelemetry in the browser at <code>{location.origin}/v1/traces</code>, or send events yourself, with a key from <code>clickspan key create</code>:</p>
      <pre>{sendEvent}</pre>
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

/** Says when the data that is there was recorded, and opens it: an imported log is often older than the last day. */
function DataElsewhere() {
  const { data } = useSystem()
  const { zone, now } = usePreferences()
  const { pathname } = useLocation()
  const { from, to } = data?.store ?? {}
  if (!from || !to) return null
  const [start, end] = [Date.parse(from), Date.parse(to) + 1000]
  return (
    <p>
      There is data for {formatRange({ from: start, to: end }, zone, now)}.{' '}
      <Link to={pathname} search={{ from: toIso(start), to: toIso(end) }}>Show all of it</Link>
    </p>
  )
}
