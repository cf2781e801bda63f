import { useMemo } from 'react'
import { useNavigate } from '@tanstack/react-router'
import { useBreakdown, useEndpoints } from '../../api/queries'
import { DataTable } from '../../charts/DataTable'
import { FilterBar } from '../../components/FilterBar'
import { Answered } from '../../components/Notice'
import { NoCalls, NothingMatches } from '../../components/Onboarding'
import { filterError } from '../../lib/filterError'
import { formatCount, plural } from '../../lib/format'
import { formatSort, parseSort } from '../../lib/search'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { endpointColumns, hitColumn } from './endpointColumns'
import { hitQuestion, peopleHit } from './peopleHit'

const filterRecords = ['call', 'session']

/** The catalogue: every endpoint that was called, how it did, and for how many people. */
export default function EndpointsPage() {
  const { filter, sort } = useViewSearch()
  const setSearch = useSetSearch()
  const range = useRange()
  const endpoints = useEndpoints(range.query, filter)
  const asked = useBreakdown(hitQuestion(range.query, filter))
  const hit = useMemo(() => asked.data && peopleHit(asked.data), [asked.data])
  // The table keeps what it sorts by for as long as the rows are the same: new counts make new rows.
  const rows = useMemo(() => (hit ? endpoints.data?.rows.map((row) => ({ ...row })) : endpoints.data?.rows) ?? [], [endpoints.data, hit])
  const navigate = useNavigate()
  const setFilter = (next: string | undefined) => setSearch({ filter: next })
  return (
    <div className="fill">
      <h1>Endpoints</h1>
      <FilterBar filter={filter} onFilter={setFilter} records={filterRecords} example={'call.service == "checkout"'} error={endpoints.error} />
      {filterError(endpoints.error, filter) === null && <Answered query={endpoints} what="endpoints">
        {() => rows.length === 0
          ? filter ? <NothingMatches what="endpoints" onClear={() => setFilter(undefined)} /> : <NoCalls />
          : (
            <>
              <p className="muted">{plural(rows.length, 'endpoint')}, {formatCount(rows.reduce((n, e) => n + e.calls, 0))} calls. Enter opens one; a number opens its calls.</p>
              <DataTable main label="Endpoints" columns={endpointColumns((range.to - range.from) / 1000).toSpliced(-1, 0, hitColumn(hit))} rows={rows} rowKey={(e) => e.id}
                sort={parseSort(sort, '-calls')} onSort={(next) => setSearch({ sort: formatSort(next) })}
                onOpen={(e) => void navigate({ to: '/endpoints/$id', params: { id: e.id } })} />
            </>
          )}
      </Answered>}
    </div>
  )
}
