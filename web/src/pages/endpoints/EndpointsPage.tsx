import { useMemo } from 'react'
import { useMediaQuery } from '@mantine/hooks'
import { Link, useNavigate } from '@tanstack/react-router'
import { useBreakdown, useEndpoints } from '../../api/queries'
import { DataTable } from '../../charts/DataTable'
import { awaited } from '../../components/awaited'
import { FilterBar } from '../../components/FilterBar'
import { Answered } from '../../components/Notice'
import { NoCalls, NothingMatches } from '../../components/Onboarding'
import { filterError } from '../../lib/filterError'
import { formatCount, plural } from '../../lib/format'
import { useCurrent } from '../../lib/old'
import { formatSort, parseSort } from '../../lib/search'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { endpointColumns, hitColumn, onPhone } from './endpointColumns'
import { hitQuestion, peopleHit } from './peopleHit'

const filterRecords = ['call', 'session']

/** The catalogue: every endpoint that was called, how it did, and for how many people. */
export default function EndpointsPage() {
  const { filter, sort } = useViewSearch()
  const setSearch = useSetSearch()
  const range = useRange()
  const endpoints = useEndpoints(range.query, filter)
  const asked = useBreakdown(hitQuestion(range.query, filter))
  const counted = useCurrent(asked)
  const hit = useMemo(() => counted && peopleHit(counted), [counted])
  // The table keeps what it sorts by for as long as the rows are the same: new counts make new rows.
  const rows = useMemo(() => (hit ? endpoints.data?.rows.map((row) => ({ ...row })) : endpoints.data?.rows) ?? [], [endpoints.data, hit])
  const tiers = useMemo(() => [...new Set(rows.flatMap(({ service }) => service || []))].toSorted(), [rows])
  const wanted = parseSort(sort, '-calls')
  // Nothing is sorted by what is not known yet.
  const sorted = wanted.id === 'hit' && !hit ? parseSort(undefined, '-calls') : wanted
  const columns = awaited(endpointColumns((range.to - range.from) / 1000, endpoints.data?.approx ?? false).toSpliced(-1, 0, hitColumn(hit)), ['hit'], { there: hit !== undefined, failed: asked.isError })
  const phone = useMediaQuery('(max-width: 700px)')
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
              <p className="muted">{plural(rows.length, 'endpoint')}, {formatCount(rows.reduce((n, e) => n + e.calls, 0))} calls. Enter opens one; a number in colour opens its calls.{endpoints.data?.approx && ' ≈ is read off buckets: at most 4.5 % off.'}</p>
              {tiers.length > 1 && <p className="muted">One request may pass several services ({tiers.slice(0, 4).join(', ')}{tiers.length > 4 && ' …'}) and is then a call of each. People are those whom its calls are linked to, so that the same requests can name more people in one row than in the other; <Link to="/quality">Data quality</Link> says how many calls of each are linked.</p>}
              <DataTable main label="Endpoints" columns={phone ? onPhone(columns) : columns} rows={rows} rowKey={(e) => e.id}
                sort={sorted} onSort={(next) => setSearch({ sort: formatSort(next) })}
                onOpen={(e) => void navigate({ to: '/endpoints/$id', params: { id: e.id } })} />
            </>
          )}
      </Answered>}
    </div>
  )
}
