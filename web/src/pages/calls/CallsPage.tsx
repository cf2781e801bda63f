import { useMemo, useState } from 'react'
import { SegmentedControl } from '@mantine/core'
import { useCalls, useCallsSummary } from '../../api/queries'
import type { CallRecord, CallsSummary } from '../../api/types'
import { DataTable } from '../../charts/DataTable'
import { Histogram } from '../../charts/Histogram'
import { Facets } from '../../components/Facets'
import { FilterBar } from '../../components/FilterBar'
import { Answered } from '../../components/Notice'
import { NoCalls, NothingMatches } from '../../components/Onboarding'
import { Views } from '../../components/Views'
import { addTerm, joinTerms, term } from '../../lib/filter'
import { filterError } from '../../lib/filterError'
import { formatCount, plural } from '../../lib/format'
import { useCurrent } from '../../lib/old'
import { toIso } from '../../lib/time'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { LoadFrame } from '../LoadFrame'
import { columnsOf } from './callColumns'
import { ColumnChooser, Download } from './CallsTools'
import { facetFields, facetNames } from './facets'
import { findInRows } from './findInRows'
import { RequestPanel } from './RequestPanel'

const sides = [{ value: 'server', label: 'Server' }, { value: 'client', label: 'Browser' }, { value: 'any', label: 'Both' }]
const orders = [{ value: 'newest', label: 'Newest' }, { value: 'slowest', label: 'Slowest' }]

const filterRecords = ['call', 'session']

/** The log explorer: every call, its facets and its course over time, with the person's action beside the one selected. */
export default function CallsPage() {
  const { filter, sort, sel, side = 'server', chart } = useViewSearch()
  const setSearch = useSetSearch()
  const range = useRange()
  const sent = filterWithSide(filter, side)
  const question = { ...range.query, filter: sent, sort: sort === 'slowest' ? 'slowest' as const : 'newest' as const }
  const calls = useCalls(question)
  const summary = useCallsSummary({ ...range.query, filter: sent }, facetFields)
  const setFilter = (next: string | undefined) => setSearch({ filter: next, sel: undefined })
  const histogram = useCurrent(summary)?.histogram
  const mistaken = filterError(calls.error, filter, sent) !== null
  return (
    <div className="fill">
      <div className="row">
        <h1>Calls</h1>
        <SegmentedControl size="xs" aria-label="Side" value={side} data={sides} onChange={(value) => setSearch({ side: value === 'server' ? undefined : value, sel: undefined })} />
        <SegmentedControl size="xs" aria-label="Order" value={question.sort} data={orders} onChange={(value) => setSearch({ sort: value === 'newest' ? undefined : value })} />
        <ColumnChooser />
        <Views />
        <Download question={question} total={histogram?.calls.reduce((n, count) => n + count, 0)} />
        <button type="button" className="plain-button" aria-pressed={chart === 'load'} onClick={() => setSearch({ chart: chart === 'load' ? undefined : 'load' }, { replace: true })}>Latency against load</button>
      </div>
      <FilterBar filter={filter} onFilter={setFilter} records={filterRecords} example="call.status >= 500 && call.duration_ms > 1000.0" error={calls.error} sent={sent} />
      {summary.data && <Answered query={summary} what="the course of the calls">{(answer) => <CallsHistogram summary={answer} />}</Answered>}
      {chart === 'load' && !mistaken && <LoadFrame range={range} filter={filter} side={sideOf(side)} of={filter ? 'the calls of this filter' : 'all calls'} />}
      <div className="sides">
        {summary.data && (
          <Answered query={summary} what="values">
            {({ facets }) => <Facets facets={facets ?? []} names={facetNames} filter={filter} onFilter={setFilter} />}
          </Answered>
        )}
        {summary.isPending && <p className="facets muted" role="status">Counting values …</p>}
        <div className="stack">
          {!mistaken && (
            <Answered query={calls} what="calls">
              {({ pages }) => {
                const rows = pages.flatMap((page) => page.rows)
                if (rows.length === 0) return filter ? <NothingMatches what="calls" onClear={() => setFilter(undefined)} /> : <NoCalls />
                return (
                  <CallsTable rows={rows} histogram={histogram} more={calls.hasNextPage}
                    onEnd={() => void (calls.hasNextPage && !calls.isFetchingNextPage && calls.fetchNextPage())} />
                )
              }}
            </Answered>
          )}
        </div>
        {sel && <RequestPanel id={sel} onClose={() => setSearch({ sel: undefined })} />}
      </div>
    </div>
  )
}

type TableProps = { rows: CallRecord[]; histogram: CallsSummary['histogram']; more: boolean; onEnd: () => void }

function CallsTable({ rows, histogram, more, onEnd }: TableProps) {
  const { sel, cols, text } = useViewSearch()
  const setSearch = useSetSearch()
  const found = useMemo(() => findInRows(rows, text), [rows, text])
  return (
    <>
      <div className="row small">
        <FindInRows key={text} text={text} onText={(next) => setSearch({ text: next }, { replace: true })} />
        <span className="muted" aria-live="polite">
          {text ? `${plural(found.length, 'call')} of the ${formatCount(rows.length)} loaded${more ? '; scroll for more' : ''}` : `${more ? 'First ' : ''}${formatCount(rows.length)} loaded`}
        </span>
        {histogram && <LeftOut histogram={histogram} />}
      </div>
      <DataTable main label="Calls" columns={columnsOf(cols)} rows={found} rowKey={(call) => call.id} selected={sel}
        onSelect={(call) => setSearch({ sel: call.id }, { replace: true })} onClose={() => setSearch({ sel: undefined })} onEnd={onEnd} />
    </>
  )
}

/** The browser's own search sees only the rows in view, so the page has one over all that are loaded. */
function FindInRows({ text, onText }: { text: string | undefined; onText: (text: string | undefined) => void }) {
  const [value, setValue] = useState(text ?? '')
  return (
    <form action={() => onText(value.trim() || undefined)}>
      <input className="filter-input find-rows" type="search" aria-label="Find in the loaded rows" placeholder="Find in these rows" value={value}
        onChange={(event) => {
          setValue(event.target.value)
          if (event.target.value === '') onText(undefined)
        }} />
    </form>
  )
}

/** What an import counted as accepted and is not in the list. */
function LeftOut({ histogram: { assets, bots } }: { histogram: NonNullable<CallsSummary['histogram']> }) {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  const add = (condition: string) => setSearch({ filter: addTerm(filter, condition), sel: undefined })
  return (
    <span className="muted">
      {assets > 0 && <>Not listed: <button type="button" className="link-button" title="Scripts, styles, images and fonts" onClick={() => add(term('call.class', '==', 'asset'))}>{plural(assets, 'asset')}</button>. </>}
      {bots > 0 && <>By bots: <button type="button" className="link-button" title="Listed here, left out where people are counted" onClick={() => add('has(call.bot)')}>{formatCount(bots)}</button>.</>}
    </span>
  )
}

function sideOf(side: string): 'server' | 'client' | 'any' {
  return side === 'client' || side === 'any' ? side : 'server'
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
