import { useState } from 'react'
import { useNavigate } from '@tanstack/react-router'
import { DataTable, type Column } from '../../charts/DataTable'
import { FilterBar } from '../../components/FilterBar'
import { EmptyNotice, ErrorNotice } from '../../components/Notice'
import { Method, Moment, Status } from '../../components/values'
import { formatCount, formatDuration, plural } from '../../lib/format'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { sessionLink } from '../sessions/sessionLink'
import { describeEvent } from '../sessions/timeline'
import { useLive, type Live, type LiveRow } from './useLive'

const columns: Column<LiveRow>[] = [
  { id: 'time', header: 'Time', width: '140px', cell: (r) => <Moment at={(r.call ?? r.event).time} precision="milli" /> },
  { id: 'kind', header: 'What', width: '96px', cell: (r) => r.call ? `${r.call.side} call` : (r.event.kind ?? 'event').replace('_', ' ') },
  { id: 'status', header: 'Status', width: '84px', cell: (r) => r.call ? <Status status={r.call.status} error={r.call.error} /> : null },
  { id: 'duration', header: 'Took', width: '70px', align: 'end', cell: (r) => r.call ? formatDuration(r.call.duration_us) : '' },
  { id: 'text', header: 'Request or action', width: 'minmax(240px, 1fr)', cell: (r) => r.call ? <><Method method={r.call.method} /> {r.call.path || r.call.route}</> : describeEvent(r.event) },
  { id: 'service', header: 'Service or page', width: '180px', cell: (r) => r.call ? r.call.service : r.event.page?.path },
  { id: 'person', header: 'Person', width: '180px', cell: (r) => { const o = r.call ?? r.event; return o.user_id || <span className="muted">{o.device_id}</span> } },
]

const filterRecords = ['call', 'event']

/** What is happening this second, as the server commits it. */
export default function LivePage() {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  return (
    <div className="fill">
      <div className="row">
        <h1>Live</h1>
        <div className="grow"><FilterBar filter={filter} onFilter={(next) => setSearch({ filter: next })} records={filterRecords} example="call.failed == true" /></div>
      </div>
      <LiveList key={filter} filter={filter} />
    </div>
  )
}

function LiveList({ filter }: { filter: string | undefined }) {
  const [paused, setPaused] = useState(false)
  const live = useLive(filter, paused)
  const open = useOpenRow()
  if (live.error) return <ErrorNotice error={live.error} />
  return (
    <>
      <div className="row">
        <button type="button" className="plain-button" aria-pressed={paused} onClick={() => setPaused(!paused)}>{paused ? 'Go on' : 'Pause'}</button>
        <span className="muted">{describeState(live, paused)}</span>
      </div>
      {live.rows.length === 0 ? <NothingYet /> : <DataTable main label="Live" columns={columns} rows={live.rows} rowKey={(r) => r.key} onOpen={open} />}
    </>
  )
}

function describeState({ state, rows, waiting, missed }: Live, paused: boolean): string {
  if (state === 'connecting') return 'Connecting …'
  if (state === 'lost') return 'Connection lost; trying again.'
  const skipped = missed > 0 ? ` ${plural(missed, 'record')} came too fast to show.` : ''
  return paused ? `Paused; ${formatCount(waiting)} waiting.${skipped}` : `${plural(rows.length, 'record')} since you opened this page.${skipped}`
}

/** A call opens its request; an event opens its moment in the session. */
function useOpenRow(): (row: LiveRow) => void {
  const navigate = useNavigate()
  return ({ call, event }) => {
    if (call) void navigate({ to: '/calls', search: { sel: call.id, side: call.side } })
    else if (event.session_id) void navigate(sessionLink(event.session_id, { event_id: event.id }))
  }
}

function NothingYet() {
  return (
    <EmptyNotice title="Waiting for the next record.">
      <p>Rows appear here half a second after the server has stored them. To send some, follow an access log:</p>
      <pre>clickspan import --follow /var/log/nginx/access.log</pre>
    </EmptyNotice>
  )
}
