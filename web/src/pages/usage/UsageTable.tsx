import type { ReactNode } from 'react'
import type { RowData } from '@tanstack/react-table'
import { DataTable, type Column } from '../../charts/DataTable'
import { EmptyNotice } from '../../components/Notice'
import { NothingMatches } from '../../components/Onboarding'
import { formatCount } from '../../lib/format'
import { formatSort, parseSort } from '../../lib/search'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { rowLimit } from './questions'

type Props<Row> = {
  label: string
  rows: Row[]
  columns: Column<Row>[]
  rowKey: (row: Row) => string
  /** The text that the search box looks in. */
  text: (row: Row) => string
  sort: string
  /** Whether the server had more rows than it was asked for, and by what it kept these. */
  cut: string | false
  empty: ReactNode
  children: ReactNode
}

/** The rows of a view: searched, sorted, and with a word on what is cut. */
export function UsageTable<Row extends RowData>({ label, rows, columns, rowKey, text, sort: byDefault, cut, empty, children }: Props<Row>) {
  const { q, sort } = useViewSearch()
  const setSearch = useSetSearch()
  const shown = q ? rows.filter((row) => text(row).toLowerCase().includes(q.toLowerCase())) : rows
  if (rows.length === 0) return <EmptyNotice title={`No ${label.toLowerCase()} in this time range.`}>{empty}</EmptyNotice>
  if (shown.length === 0) return <NothingMatches what={label.toLowerCase()} onClear={() => setSearch({ q: undefined })} />
  return (
    <>
      <p className="muted">{children}{cut && <span className="slow"> These are the {formatCount(rowLimit)} with {cut}; more exist.</span>}</p>
      <DataTable main label={label} columns={columns} rows={shown} rowKey={rowKey} sort={parseSort(sort, byDefault)} onSort={(next) => setSearch({ sort: formatSort(next) })} />
    </>
  )
}
