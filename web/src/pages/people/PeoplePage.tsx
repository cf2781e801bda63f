import { Link, useNavigate } from '@tanstack/react-router'
import { downloadAddress } from '../../api/download'
import { useBreakdown } from '../../api/queries'
import { usePeople } from '../../api/segments'
import { DataTable } from '../../charts/DataTable'
import { FilterBar } from '../../components/FilterBar'
import { Answered } from '../../components/Notice'
import { NoSessions, NothingMatches } from '../../components/Onboarding'
import { Views } from '../../components/Views'
import { addTerm, hasTerm } from '../../lib/filter'
import { filterError } from '../../lib/filterError'
import { useCurrent } from '../../lib/old'
import { useSegment } from '../../lib/segment'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { SaveAsSegment } from '../segments/SaveAsSegment'
import { distinct, failedWords, visitedWords } from './people'
import { personColumns } from './personColumns'

const filterRecords = ['session', 'call', 'event']
const metFailure = 'session.failed > 0'

/** Who visited, the last first, and what they met. Enter opens the person. */
export default function PeoplePage() {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  const { query: range } = useRange()
  const segment = useSegment()
  const people = usePeople({ ...range, filter })
  const navigate = useNavigate()
  const setFilter = (next: string | undefined) => setSearch({ filter: next })
  const total = useCurrent(people)?.pages[0]?.total
  return (
    <div className="fill">
      <div className="row top">
        <h1>People {total !== undefined && <span className="muted">{visitedWords(total)}<MetFailure filter={filter} /></span>}</h1>
        <a className="plain-button" href={downloadAddress('people', 'csv', { ...range, filter }, segment)} download aria-label="People as CSV">CSV</a>
        <Views />
        <SaveAsSegment filter={filter} />
        <div className="grow"><FilterBar error={people.error} filter={filter} onFilter={setFilter} records={filterRecords} example={'session.device == "mobile" && call.status >= 500'} /></div>
      </div>
      {filterError(people.error, filter) === null && <Answered query={people} what="people">
        {({ pages }) => {
          const rows = distinct(pages.flatMap((page) => page.rows))
          if (rows.length === 0) return filter ? <NothingMatches what="people" onClear={() => setFilter(undefined)} /> : segment ? <p className="notice">Nobody in the segment visited in this time range.</p> : <NoSessions />
          return (
            <DataTable main label="People" columns={personColumns} rows={rows} rowKey={(p) => p.id} onOpen={(p) => void navigate({ to: '/people/$id', params: { id: p.id } })}
              onEnd={() => void (people.hasNextPage && !people.isFetchingNextPage && people.fetchNextPage())} />
          )
        }}
      </Answered>}
    </div>
  )
}

/** How many of those listed met a failed call, which narrows the list to them. */
function MetFailure({ filter }: { filter: string | undefined }) {
  const search = useViewSearch()
  const { query: range } = useRange()
  const only = addTerm(filter, metFailure)
  const asked = useBreakdown({ ...range, filter: only, limit: 1, measures: [{ of: 'sessions', stat: 'people' }] }, !hasTerm(filter, metFailure))
  const failed = useCurrent(asked)?.rows[0]?.values[0]
  if (failed == null || hasTerm(filter, metFailure)) return null
  return <>; {failed > 0 ? <Link to="/people" search={{ ...search, filter: only }}>{failedWords(failed)}</Link> : failedWords(failed)}</>
}
