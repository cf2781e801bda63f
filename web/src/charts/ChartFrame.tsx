import { useId, useState, type ReactNode } from 'react'
import { Button, Paper } from '@mantine/core'
import './charts.css'

type Props = {
  /** The subject. */
  title: string
  /** What the chart shows, in one sentence. */
  finding: ReactNode
  /** The table twin: the same data for those who cannot read the chart, or want to copy it. */
  columns: string[]
  rows: (string | number)[][]
  actions?: ReactNode
  children: ReactNode
}

/** Every chart stands in a frame with its subject, its finding and its table twin. */
export function ChartFrame({ title, finding, columns, rows, actions, children }: Props) {
  const id = useId()
  const [asTable, setAsTable] = useState(false)
  return (
    <Paper component="section" withBorder className="frame" aria-labelledby={id}>
      <div className="frame-head">
        <h2 id={id}>{title}</h2>
        {actions}
        <Button size="compact-xs" variant="subtle" aria-pressed={asTable} aria-label={`${title} as table`} onClick={() => setAsTable(!asTable)}>Table</Button>
      </div>
      <p className="finding">{finding}</p>
      {asTable ? <Twin title={title} columns={columns} rows={rows} /> : children}
    </Paper>
  )
}

function Twin({ title, columns, rows }: Pick<Props, 'title' | 'columns' | 'rows'>) {
  return (
    // The region scrolls, so the keyboard must be able to reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="twin" tabIndex={0} role="region" aria-label={`${title}, table`}>
      <table>
        <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}</tr></thead>
        <tbody>
          {rows.map((row) => <tr key={row.join(' ')}>{row.map((value, i) => <td key={columns[i]}>{value}</td>)}</tr>)}
        </tbody>
      </table>
    </div>
  )
}
