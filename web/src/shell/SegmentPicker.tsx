import { useLocation } from '@tanstack/react-router'
import { useSegments } from '../api/segments'
import { takesSegment } from '../lib/segment'
import { useSetSearch, useViewSearch } from '../lib/view'

/** Narrows every page to a segment, and says so for as long as it does; there only when the project has segments. */
export function SegmentPicker() {
  const { data } = useSegments()
  const { segment } = useViewSearch()
  const { pathname } = useLocation()
  const setSearch = useSetSearch()
  const segments = data?.segments ?? []
  if (segments.length === 0 && !segment) return null
  const choose = (id: string | undefined) => setSearch({ segment: id, sel: undefined })
  const applies = takesSegment(pathname)
  return (
    <div className={segment ? 'segment chosen' : 'segment'} data-applies={applies}>
      {segment && <span className="muted">only:</span>}
      <select aria-label="Whom the page is about" value={segment ?? ''} onChange={(event) => choose(event.target.value || undefined)}>
        <option value="">Everybody</option>
        {segments.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        {data && segment && !segments.some(({ id }) => id === segment) && <option value={segment}>{segment} (there is none)</option>}
      </select>
      {segment && <button type="button" className="chip-remove" aria-label="Show everybody again" title="Show everybody again" onClick={() => choose(undefined)}>×</button>}
      {segment && !applies && <span className="muted small">does not apply here</span>}
    </div>
  )
}
