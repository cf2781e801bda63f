import { useSetSearch, useViewSearch } from '../lib/view'
import './components.css'

/** Narrows a page to what contains a text; it stands in the URL as q. */
export function SearchBox({ label }: { label: string }) {
  const { q } = useViewSearch()
  const setSearch = useSetSearch()
  const apply = (form: FormData) => {
    const text = form.get('q')
    setSearch({ q: typeof text === 'string' && text.trim() ? text.trim() : undefined, sel: undefined })
  }
  return (
    <form role="search" aria-label={label} action={apply} className="row" key={q}>
      <input name="q" className="filter-input short" aria-label={label} placeholder={label} defaultValue={q ?? ''} autoComplete="off" spellCheck={false} maxLength={256} />
      {q && <button type="button" className="plain-button" onClick={() => setSearch({ q: undefined })}>Clear</button>}
    </form>
  )
}
