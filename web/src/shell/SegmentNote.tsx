import { useLocation } from '@tanstack/react-router'
import { useSegments } from '../api/segments'
import { useViewSearch } from '../lib/view'

/** Pages whose numbers somebody may take for those of the segment. */
const ofNumbers = new Set(['/', '/live', '/quality'])

/** Says that a page is about everybody although a segment is chosen. */
export function SegmentNote() {
  const { segment } = useViewSearch()
  const { pathname } = useLocation()
  const { data } = useSegments()
  if (!segment || !ofNumbers.has(pathname)) return null
  const name = data?.segments.find(({ id }) => id === segment)?.name ?? segment
  return <p className="range-offer" role="note">Not narrowed by the segment <b>{name}</b>: the numbers of this page are of everybody.</p>
}
