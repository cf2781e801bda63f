import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { pickSearch, type Search } from './search'
import { resolveRange, toIso, type Range, type Zone } from './time'

type Preferences = {
  zone: Zone
  setZone: (zone: Zone) => void
  /** The moment that "now" means on the page; it moves for all panels at once, so that they agree. */
  now: number
  refresh: () => void
}

const PreferencesContext = createContext<Preferences | null>(null)
const zoneKey = 'clickspan-zone'

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [zone, setZone] = useState<Zone>(() => (localStorage.getItem(zoneKey) === 'local' ? 'local' : 'utc'))
  const [now, setNow] = useState(() => Date.now())
  const value = useMemo<Preferences>(
    () => ({
      zone,
      setZone: (next) => {
        localStorage.setItem(zoneKey, next)
        setZone(next)
      },
      now,
      refresh: () => setNow(Date.now()),
    }),
    [zone, now],
  )
  return <PreferencesContext value={value}>{children}</PreferencesContext>
}

export function usePreferences(): Preferences {
  const preferences = useContext(PreferencesContext)
  if (!preferences) throw new Error('usePreferences needs a PreferencesProvider above it')
  return preferences
}

/** The state that the URL of the current view holds. */
export function useViewSearch(): Search {
  return pickSearch(useSearch({ strict: false }))
}

/** Changes parts of the URL's state and keeps the others; undefined removes a part. */
export function useSetSearch(): (change: Search, options?: { replace?: boolean }) => void {
  const navigate = useNavigate()
  return useCallback(
    (change, options) =>
      void navigate({
        to: '.',
        search: (previous: Search) => ({ ...previous, ...change }),
        replace: options?.replace ?? false,
      }),
    [navigate],
  )
}

/** The range the URL names, resolved against the page's now, and as the API wants it. */
export function useRange(): Range & { query: { from: string; to: string } } {
  const { now } = usePreferences()
  const { from, to } = useViewSearch()
  return useMemo(() => {
    const range = resolveRange(from, to, now)
    return { ...range, query: { from: toIso(range.from), to: toIso(range.to) } }
  }, [from, to, now])
}
