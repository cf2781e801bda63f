import { useMemo } from 'react'
import { SegmentedControl } from '@mantine/core'
import { useCalls, useCallsSummary } from '../../api/queries'
import { DataTable } from '../../charts/DataTable'
import { Histogram } from '../../charts/Histogram'
import { Facets } from '../../components/Facets'
import { FilterBar } from '../../components/FilterBar'
import { Answered } from '../../components/Notice'
import { NoCalls, NothingMatches } from '../../components/Onboarding'
import { joinTerms } from '../../lib/filter'
import { toIso } from '../../lib/time'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import type { CallsSummary } from '../../api/types'
import { callColumns } from './callColumns'
import { facetFields, facetNames } from './facets'
import { RequestPanel } from './RequestPanel'

const sides = [{ value: 'server', label: 'Server' }, { value: 'client', label: 'Browser' }, { value: 'any', label: 'Both' }]
const orders = [{ value: 'newest', label: 'Newest' }, { value: 'slowest', label: 'Slowest' }]

const filterRecords = ['call']

/** The log explorer: every call, its facets and its course over time, with the person's action beside the one selected. */
export default function CallsPage() {
  const { filter, sort, sel, side = 'server' } = useViewSearch()
  const setSearch = useSetSearch()
  const { query: range } = useRange()
  const question = { ...range, filter: filterWithSide(filter, side), sort: sort === 'slowest' ? 'slowest' as const : 'newest' as const }
  const calls = useCalls(question)
  const summary = useCallsSummary({ ...range, filter: question.filter }, facetFields)
  const setFilter = (next: string | undefined) => setSearch({ filter: next, sel: undefined })
  return (
    <div className="fill">
      <div className="row">
        <h1>Calls</h1>
        <SegmentedControl size="xs" aria-label="Side" value={side} data={sides} onChange={(value) => setSearch({ side: value === 'server' ? undefined : value, sel: undefined })} />
        <SegmentedControl size="xs" aria-label="Order" value={question.sort} data={orders} onChange={(value) => setSearch({ sort: value === 'newest' ? undefined : value })} />
        <div className="grow"><FilterBar filter={filter} onFilter={setFilter} records={filterRecords} example="call.status >= 500 && call.duration_ms > 1000.0" /></div>
      </div>
      {summary.data && <CallsHistogram summary={summary.data} />}
      <div className="sides">
        {summary.data && <Facets facets={summary.data.facets ?? []} names={facetNames} filter={filter} onFilter={setFilter} />}
        {summary.isPending && <p className="facets muted" role="status">Counting values …</p>}
        <div className="stack">
          <Answered query={calls} what="calls">
            {({ pages }) => {
              const rows = pages.flatMap((page) => page.rows)
              if (rows.length === 0) return filter ? <NothingMatches what="calls" onClear={() => setFilter(undefined)} /> : <NoCalls />
              return (
                <DataTable main label="Calls" columns={callColumns} rows={rows} rowKey={(call) => call.id} selected={sel}
                  onSelect={(call) => setSearch({ sel: call.id }, { replace: true })} onClose={() => setSearch({ sel: undefined })}
                  onEnd={() => void (calls.hasNextPage && !calls.isFetchingNextPage && calls.fetchNextPage())} />
              )
            }}
          </Answered>
        </div>
        {sel && <RequestPanel id={sel} onClose={() => setSearch({ sel: undefined })} />}
      </div>
    </div>
  )
}

function filterWithSide(filter: string | undefined, side: string): string | undefined {
  const terms = side === 'any' ? [] : [`call.side == ${JSON.stringify(side)}`]
  return joinTerms(filter ? [...terms, filter] : terms) || undefined
}

function CallsHistogram({ summary }: { summary: CallsSummary }) {
  const setSearch = useSetSearch()
  const { histogram } = summary
  const data = useMemo(() => histogram && {
    edges: [...histogram.buckets, histogram.end].map((time) => Date.parse(time)),
    bars: histogram.calls.map((calls, i) => ({ calls, failed: histogram.failed[i] ?? 0 })),
  }, [histogram])
  if (!data || data.bars.every((bar) => bar.calls === 0)) return null
  return <Histogram {...data} onBrush={(from, to) => setSearch({ from: toIso(from), to: toIso(to), sel: undefined })} />
}
