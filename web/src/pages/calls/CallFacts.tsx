import type { ReactNode } from 'react'
import { Link } from '@tanstack/react-router'
import type { CallRecord } from '../../api/types'
import { OutLink } from '../../components/OutLink'
import { Facts, FilterValue, Moment, shorten } from '../../components/values'
import { term } from '../../lib/filter'
import { formatBytes, formatDuration } from '../../lib/format'

/** Every known fact of a call; most values filter the explorer when clicked. */
export function CallFacts({ call: c }: { call: CallRecord }) {
  const value = (field: string, of: string | number | undefined): ReactNode => of ? <FilterValue condition={term(`call.${field}`, '==', of)}>{typeof of === 'string' ? shorten(of, 200) : of}</FilterValue> : undefined
  const out = (kind: 'trace' | 'request' | 'session', field: string, of: string | undefined) => of && <>{value(field, of)} <OutLink kind={kind} id={of} /></>
  return (
    <Facts facts={[
      ['Time', <Moment key="time" at={c.time} precision="milli" />],
      ['Took', c.duration_us == null ? 'the log does not tell' : formatDuration(c.duration_us)],
      ['Side', c.side],
      ['Service', value('service', c.service)],
      ['Endpoint', <Link key="endpoint" to="/endpoints/$id" params={{ id: c.endpoint_id }}>{c.method} {shorten(c.route ?? '', 200)}</Link>],
      ['Status', value('status', c.status)],
      ['Error', value('error', c.error)],
      ['Path', value('path', c.path)],
      ['Query', c.query],
      ['Host', value('host', c.host)],
      ['Session', out('session', 'session_id', c.session_id)],
      ['User', value('user_id', c.user_id)],
      ['Device', value('device_id', c.device_id)],
      ['Account', value('account_id', c.account_id)],
      ['Release', value('release', c.release)],
      ['Browser', value('browser', c.context?.browser)],
      ['Bot', value('bot', c.bot)],
      ['Trace', out('trace', 'trace_id', c.trace_id)],
      ['Request id', out('request', 'request_id', c.request_id)],
      ['Sent', c.request_bytes ? formatBytes(c.request_bytes) : ''],
      ['Received', c.response_bytes ? formatBytes(c.response_bytes) : ''],
      ['Source', value('source', c.source)],
      ...attributeFacts(c.attributes),
    ]} />
  )
}

export function attributeFacts(attributes: Record<string, unknown> | undefined): [string, ReactNode][] {
  return Object.entries(attributes ?? {}).map(([name, of]) => [name, typeof of === 'string' ? of : JSON.stringify(of)])
}
