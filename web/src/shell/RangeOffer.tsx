import { useLocation } from '@tanstack/react-router'
import { useOverview } from '../api/overview'
import { defaultRange, formatMoment, parseRelative, toIso } from '../lib/time'
import { usePreferences, useSetSearch, useViewSearch } from '../lib/view'

/** Pages that look at no range of time. */
const rangeless = new Set(['/live', '/connect', '/find'])

/** The range that offers itself instead of an empty last day: the day up to the newest record. Null when there is nothing to offer. */
export function rangeOfData(newest: string | undefined, now: number): { from: string; to: string } | null {
  const day = parseRelative(defaultRange)!
  const end = newest ? Date.parse(newest) + 1000 : null
  return end !== null && end < now - day ? { from: toIso(end - day), to: toIso(end) } : null
}

/** An imported log is often older than the last day; this says so and opens the day it ends with. */
export function RangeOffer() {
  const { data } = useOverview()
  const { zone, now } = usePreferences()
  const { from, to } = useViewSearch()
  const { pathname } = useLocation()
  const setSearch = useSetSearch()
  const range = rangeOfData(data?.data.newest, now)
  if (!range || from || to || rangeless.has(pathname)) return null
  return (
    <p className="range-offer" role="note">
      There is nothing from the last 24 hours; the newest record is of {formatMoment(Date.parse(range.to) - 1000, zone, 'minute')}.{' '}
      <button type="button" className="plain-button" onClick={() => setSearch(range)}>Show the day before that</button>
    </p>
  )
}
