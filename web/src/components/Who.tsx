import { useId, type ReactNode } from 'react'
import { Link } from '@tanstack/react-router'
import { DataTable, type Column } from '../charts/DataTable'
import { useEscape } from '../charts/useListKeys'
import { CsvButton } from './CsvButton'
import { PersonLink } from './values'
import './ask.css'

/** One of those who are counted; a value of a property has no page. */
function UnitLink({ id, countBy }: { id: string; countBy: string | undefined }) {
  const stop = (event: { stopPropagation: () => void }) => event.stopPropagation()
  if (!countBy || countBy === 'person') return <PersonLink id={id} />
  if (countBy === 'session') return <Link to="/sessions/$id" params={{ id }} className="mono" onClick={stop}>{id}</Link>
  if (countBy === 'account') return <Link to="/accounts/$id" params={{ id }} className="mono" onClick={stop}>{id}</Link>
  return <bdi className="mono">{id}</bdi>
}

export type WhoColumn<Row> = Column<Row> & { /** The cell in a file. */ text: (row: Row) => string }

type Props<Row> = {
  title: string
  rows: Row[]
  countBy: string | undefined
  columns?: WhoColumn<Row>[]
  note?: ReactNode
  onClose: () => void
}

/** Those behind a number, one a row. */
export function Who<Row extends { id: string }>({ title, rows, countBy, columns = [], note, onClose }: Props<Row>) {
  const heading = useId()
  useEscape(onClose)
  return (
    <section className="who" aria-labelledby={heading}>
      <div className="who-head">
        <h2 id={heading}>{title}</h2>
        <CsvButton name={title} columns={['id', ...columns.map(({ header }) => header)]} rows={rows.map((row) => [row.id, ...columns.map(({ text }) => text(row))])} />
        <button type="button" className="plain-button" onClick={onClose}>Close</button>
      </div>
      {note && <p className="muted small">{note}</p>}
      {rows.length > 0 && <DataTable label={title} columns={[unitColumn(countBy), ...columns]} rows={rows} rowKey={({ id }) => id} maxHeight={26 + 24 * Math.min(12, rows.length)} />}
    </section>
  )
}

function unitColumn<Row extends { id: string }>(countBy: string | undefined): Column<Row> {
  return { id: 'who', header: 'Who', width: 'minmax(200px, 1fr)', cell: ({ id }) => <UnitLink id={id} countBy={countBy} /> }
}
