import { Button } from '@mantine/core'
import { toCsv } from '../lib/csv'

type Props = { name: string; columns: string[]; rows: (string | number)[][] }

/** Saves what a table shows as a file. */
export function CsvButton({ name, columns, rows }: Props) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([toCsv(columns, rows)], { type: 'text/csv' }))
    const link = document.createElement('a')
    link.href = address
    link.download = `${name}.csv`
    link.click()
    URL.revokeObjectURL(address)
  }
  return <Button size="compact-xs" variant="subtle" aria-label={`${name} as CSV`} onClick={save}>CSV</Button>
}
