// Filters used lately, kept in this browser by the kind of record they are about.

const most = 8
const keyOf = (records: string[]) => `clickspan-filters-${records.join('-')}`

export function recentFilters(records: string[]): string[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(keyOf(records)) ?? '[]')
    return Array.isArray(known) ? known.filter((filter): filter is string => typeof filter === 'string').slice(0, most) : []
  } catch {
    return []
  }
}

export function rememberFilter(records: string[], filter: string) {
  try {
    localStorage.setItem(keyOf(records), JSON.stringify([filter, ...recentFilters(records).filter((known) => known !== filter)].slice(0, most)))
  } catch {
    // A full or forbidden storage costs the convenience only.
  }
}
