import { useEffect, useEffectEvent, useRef, type KeyboardEvent, type ReactNode } from 'react'
import { createSortedRowModel, rowSortingFeature, sortFns, tableFeatures, useTable, type ColumnDef, type RowData } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Sort } from '../lib/search'
import { useListKeys } from './useListKeys'
import './charts.css'

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel(), sortFns })

export type Column<Row> = {
  id: string
  header: string
  /** What the column sorts by; absent when the column cannot sort. */
  value?: (row: Row) => string | number
  cell: (row: Row) => ReactNode
  /** A CSS grid track that begins with its least width: "80px", "minmax(200px, 1fr)". */
  width: string
  align?: 'end'
  title?: string
}

type Props<Row extends RowData> = {
  label: string
  columns: Column<Row>[]
  rows: Row[]
  rowKey: (row: Row) => string
  sort?: Sort
  onSort?: (sort: Sort) => void
  selected?: string
  /** Shows the row beside the table; j and k move through the rows with it. */
  onSelect?: (row: Row) => void
  /** Opens the row on a page of its own. */
  onOpen?: (row: Row) => void
  onClose?: () => void
  /** Called when the last rows come into view. */
  onEnd?: () => void
  /** CSS max-height of the scrolling part; without it the table fills its container. */
  maxHeight?: number
  /** Whether the table takes j and k from the whole page; one table of a page may. */
  main?: boolean
}

const rowHeight = 24

/** Rows by the ten thousand: only those in view are in the DOM. A click on a head sorts, a click on a row selects. */
export function DataTable<Row extends RowData>(props: Props<Row>) {
  const { label, columns, rows: data, rowKey, sort, onSort, selected, onSelect, onOpen, onClose, onEnd, maxHeight, main } = props
  const box = useRef<HTMLDivElement>(null)
  // Where the keyboard is when nothing is selected.
  const cursor = useRef(-1)
  const definitions: ColumnDef<typeof features, Row>[] = columns.map((column) => ({
    id: column.id, header: column.header, accessorFn: column.value ?? (() => ''), enableSorting: column.value !== undefined,
  }))
  const table = useTable({ features, columns: definitions, data, getRowId: rowKey, manualSorting: !onSort, state: { sorting: sort ? [sort] : [] } })
  const rows = table.getRowModel().rows.map((row) => row.original)
  const current = rows.findIndex((row) => rowKey(row) === selected)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 12, scrollPaddingStart: rowHeight })
  const items = virtual.getVirtualItems()
  const lastInView = items.at(-1)?.index ?? 0
  // The row that a tab comes to: the current one, or the first in view when that is scrolled away.
  const stop = items.some(({ index }) => index === Math.max(0, current)) ? Math.max(0, current) : items[0]?.index

  const reachedEnd = useEffectEvent(() => onEnd?.())
  useEffect(() => {
    if (rows.length > 0 && lastInView >= rows.length - 1) reachedEnd()
  }, [lastInView, rows.length])

  const focusRow = (index: number) => {
    virtual.scrollToIndex(index)
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true }))
  }
  const act = onSelect ?? onOpen
  useListKeys({
    count: main ? rows.length : 0,
    current: () => (current >= 0 ? current : cursor.current),
    onMove: (index) => {
      cursor.current = index
      onSelect?.(rows[index]!)
      focusRow(index)
    },
    ...(main && onClose ? { onClose } : {}),
    onOpen: (index) => main && (onOpen ?? onSelect)?.(rows[index]!),
  })
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, index: number) => {
    const next = event.key === 'ArrowDown' ? index + 1 : event.key === 'ArrowUp' ? index - 1 : null
    if (next === -1) stopsIn(box.current!.querySelector('[role=row]')!)[0]?.focus()
    else if (next !== null) focusRow(Math.min(rows.length - 1, next))
    else if (event.key === 'Enter' && event.target === event.currentTarget) (onOpen ?? onSelect)?.(rows[index]!)
    else if (!moveSideways(event)) return
    event.preventDefault()
  }
  // From the heads, or from the table as a whole, down into the rows.
  const onHeadKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'ArrowDown' && rows.length > 0) focusRow(Math.max(0, current))
    else if (!moveSideways(event)) return
    event.preventDefault()
  }
  // The table is one tab stop: a row. Arrows reach the rest, so that a page of links needs no thousand tabs.
  useEffect(() => {
    for (const usable of stopsIn(box.current!)) usable.tabIndex = -1
  })
  const template = { gridTemplateColumns: columns.map((column) => column.width).join(' '), minWidth: leastWidth(columns) }
  return (
    <div ref={box} className="table-scroll" style={maxHeight ? { maxHeight } : { flex: '1 1 0' }}>
      <div role="grid" aria-label={label} aria-rowcount={rows.length + 1} tabIndex={-1} onKeyDown={(event) => event.target === event.currentTarget && onHeadKeyDown(event)}>
        <div role="rowgroup" className="table-head">
          <div role="row" className="table-row" style={template} aria-rowindex={1} tabIndex={-1} onKeyDown={onHeadKeyDown}>
            {columns.map((column) => <HeadCell key={column.id} column={column} sort={sort} onSort={onSort} />)}
          </div>
        </div>
        <div role="rowgroup" className="table-body" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index]!
            return (
              <div key={rowKey(row)} role="row" data-index={item.index} aria-rowindex={item.index + 2} aria-selected={onSelect ? item.index === current : undefined}
                tabIndex={item.index === stop ? 0 : -1} className="table-row" style={{ ...template, transform: `translateY(${item.start}px)` }}
                onFocus={() => (cursor.current = item.index)} onClick={() => act?.(row)} onKeyDown={(event) => onKeyDown(event, item.index)}>
                {columns.map((column) => <div key={column.id} role="gridcell" className={column.align}>{column.cell(row)}</div>)}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** What can be used in a part of the table, in its order. */
function stopsIn(part: HTMLElement): HTMLElement[] {
  return [...part.querySelectorAll<HTMLElement>('a, button, summary')]
}

/** Left and right walk through a row and what can be used in it; reports whether the key was one of them. */
function moveSideways({ key, currentTarget: row }: KeyboardEvent<HTMLElement>): boolean {
  const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0
  if (step === 0) return false
  const stops = [row, ...stopsIn(row)]
  stops[stops.indexOf(document.activeElement as HTMLElement) + step]?.focus()
  return true
}

function HeadCell<Row>({ column, sort, onSort }: { column: Column<Row>; sort: Sort | undefined; onSort: ((sort: Sort) => void) | undefined }) {
  const on = sort?.id === column.id
  const direction = !column.value || !onSort ? undefined : !on ? 'none' : sort.desc ? 'descending' : 'ascending'
  return (
    <div role="columnheader" className={column.align} title={column.title} aria-sort={direction}>
      {column.value && onSort ? (
        <button type="button" onClick={() => onSort({ id: column.id, desc: on ? !sort.desc : column.align === 'end' })}>
          {column.header}{on && <span aria-hidden className="sort-arrow">{sort.desc ? '▼' : '▲'}</span>}
        </button>
      ) : column.header}
    </div>
  )
}

/** The sum of the columns' least widths: below it the table scrolls sideways, and all rows alike. */
function leastWidth<Row>(columns: Column<Row>[]): number {
  return columns.reduce((sum, column) => sum + Number.parseInt(/\d+/.exec(column.width)?.[0] ?? '0'), 0)
}
