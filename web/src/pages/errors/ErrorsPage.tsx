import { useMemo } from 'react'
import { SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useErrors } from '../../api/groups'
import { DataTable } from '../../charts/DataTable'
import { FilterBar } from '../../components/FilterBar'
import { Answered, EmptyNotice } from '../../components/Notice'
import { SearchBox } from '../../components/SearchBox'
import { NothingMatches } from '../../components/Onboarding'
import { formatCount, plural } from '../../lib/format'
import { formatSort, parseSort } from '../../lib/search'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { errorColumns } from './errorColumns'
import { matches } from './newSince'

const kinds = [{ value: 'any', label: 'Both' }, { value: 'call', label: 'API' }, { value: 'browser', label: 'Browser' }]
// On a phone the numbers would lie beyond the edge.
const counts = ['count', 'people']
const countsFirst = [...errorColumns.filter(({ id }) => counts.includes(id)), ...errorColumns.filter(({ id }) => !counts.includes(id))]
const filterRecords = ['call', 'event', 'session']

/** What goes wrong, alike errors as one row, worst first. */
export default function ErrorsPage() {
  const { filter, sort, q, side } = useViewSearch()
  const setSearch = useSetSearch()
  const { query: range } = useRange()
  const kind = side === 'call' || side === 'browser' ? side : undefined
  const errors = useErrors({ ...range, filter, kind, limit: 1000 })
  const phone = useMediaQuery('(max-width: 700px)')
  const navigate = useNavigate()
  const rows = useMemo(() => errors.data?.rows.filter((row) => !q || matches(row, q)) ?? [], [errors.data, q])
  const clear = () => setSearch({ filter: undefined, q: undefined })
  return (
    <div className="fill">
      <div className="row">
        <h1>Errors</h1>
        <SegmentedControl size="xs" aria-label="Where" value={kind ?? 'any'} data={kinds} onChange={(value) => setSearch({ side: value === 'any' ? undefined : value })} />
        <SearchBox label="Error, message or page" />
        <div className="grow"><FilterBar filter={filter} onFilter={(next) => setSearch({ filter: next })} records={filterRecords} example={'call.service == "checkout"'} /></div>
      </div>
      <Answered query={errors} what="errors">
        {({ groups, truncated }) => rows.length === 0
          ? filter || q ? <NothingMatches what="errors" onClear={clear} /> : <NoErrors />
          : (
            <>
              <p className="muted">
                {plural(groups, 'kind of error', 'kinds of errors')}{rows.length < groups ? `, ${formatCount(rows.length)} shown` : ''}. Calls are alike by endpoint, status and error; browser errors by type and the app's own top frame, as it was sent.
                {truncated && <span className="slow"> There are more than 5,000 of a kind: only the newest 5,000 are grouped. A shorter range counts all.</span>}
              </p>
              <DataTable main label="Errors" columns={phone ? countsFirst : errorColumns} rows={rows} rowKey={(e) => e.id} sort={parseSort(sort, '-count')} onSort={(next) => setSearch({ sort: formatSort(next) })}
                onOpen={(e) => void navigate({ to: '/errors/$id', params: { id: e.id } })} />
            </>
          )}
      </Answered>
    </div>
  )
}

function NoErrors() {
  return (
    <EmptyNotice title="No errors in this time range.">
      <p>Failed calls (status 500 and above, or no answer) show here by themselves. Errors of the page come from the browser script, or as events of kind <code>error</code> with <code>properties.message</code> and <code>properties.stack</code>.</p>
    </EmptyNotice>
  )
}
