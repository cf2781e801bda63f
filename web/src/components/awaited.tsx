import type { Column } from '../charts/DataTable'
import { Awaited } from './values'

/** Columns, of which those named wait for an answer of their own: … instead of the dash that means none. */
export function awaited<Row>(columns: Column<Row>[], ids: string[], { there, failed }: { there: boolean; failed: boolean }): Column<Row>[] {
  return there ? columns : columns.map((column) => (ids.includes(column.id) ? { ...column, cell: () => <Awaited failed={failed} /> } : column))
}
