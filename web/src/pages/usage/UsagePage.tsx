import { Features } from './Features'
import { Pages } from './Pages'
import { Costly } from './Costly'
import { Refusals } from './Refusals'
import { SearchBox } from '../../components/SearchBox'
import { useSetSearch, useViewSearch } from '../../lib/view'

const views = [
  { id: 'features', label: 'Features', show: Features },
  { id: 'pages', label: 'Pages', show: Pages },
  { id: 'costly', label: 'Cost of endpoints', show: Costly },
  { id: 'refused', label: 'Refused', show: Refusals },
]

/** What is used, by how many, what it makes the API do, and who is turned away. */
export default function UsagePage() {
  const { view } = useViewSearch()
  const setSearch = useSetSearch()
  const { id: open, show: Open } = views.find(({ id }) => id === view) ?? views[0]!
  return (
    <div className="fill">
      <div className="row">
        <h1>Usage</h1>
        <nav className="views" aria-label="Views">
          {views.map(({ id, label }) => (
            <button key={id} type="button" className="plain-button" aria-pressed={id === open} onClick={() => setSearch({ view: id === 'features' ? undefined : id, sort: undefined, by: undefined, q: undefined })}>{label}</button>
          ))}
        </nav>
        <SearchBox label="Find in the rows" />
      </div>
      <Open />
    </div>
  )
}
