import { useMemo } from 'react'
import { zoneName } from './time'
import { usePreferences, useRange, useViewSearch } from './view'

/** What all questions of a view share: its range, its filter, and where days begin. */
export function useCommon(): { from: string; to: string; timezone: string; filter?: string } {
  const { query } = useRange()
  const { zone } = usePreferences()
  const { filter } = useViewSearch()
  return useMemo(() => ({ ...query, timezone: zoneName(zone), ...(filter ? { filter } : {}) }), [query, zone, filter])
}
