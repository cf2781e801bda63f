import { downloadAddress } from '../../api/download'
import { Dropdown } from '../../components/Dropdown'
import { formatCount } from '../../lib/format'
import { useSegment } from '../../lib/segment'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { allCallColumns, columnsOf, toggleColumn } from './callColumns'

/** Which columns the list has; the URL keeps them. */
export function ColumnChooser() {
  const { cols } = useViewSearch()
  const setSearch = useSetSearch()
  const shown = new Set(columnsOf(cols).map((column) => column.id))
  return (
    <Dropdown label="Columns">
      {() => (
        <>
          <div className="choices">
            {allCallColumns.map(({ id, header }) => (
              <label key={id}><input type="checkbox" checked={shown.has(id)} onChange={() => setSearch({ cols: toggleColumn(cols, id) }, { replace: true })} /> {header}</label>
            ))}
          </div>
          <button type="button" className="plain-button" disabled={!cols} onClick={() => setSearch({ cols: undefined }, { replace: true })}>The usual ones</button>
        </>
      )}
    </Dropdown>
  )
}

/** What the server puts into one file. */
const mostRows = 50_000

type Question = { from: string; to: string; filter?: string | undefined; sort: string }

/** What is listed, as a file; it says beforehand when that would be cut. */
export function Download({ question, total }: { question: Question; total: number | undefined }) {
  const segment = useSegment()
  const address = (format: 'csv' | 'ndjson') => downloadAddress('calls', format, question, segment)
  const cut = total !== undefined && total > mostRows
  return (
    <Dropdown label="Download">
      {(close) => (
        <div className="stack">
          <p>{cut ? `The first ${formatCount(mostRows)} of ${formatCount(total)} calls in this order: a file holds no more. Narrow the filter or the time range for the rest.` : `${formatCount(total)} calls in this order.`}</p>
          <a href={address('csv')} download onClick={close}>CSV, for a spreadsheet</a>
          <a href={address('ndjson')} download onClick={close}>NDJSON, one call a line, with every field</a>
        </div>
      )}
    </Dropdown>
  )
}
