import type { PersonRow } from '../../api/segments'
import { formatCount, plural } from '../../lib/format'

/** "1,240 people visited" */
export function visitedWords(people: number): string {
  return `${plural(people, 'person', 'people')} visited`
}

/** "312 met a failed call"; a list of those only needs no such words. */
export function failedWords(failed: number): string {
  return failed === 0 ? 'none met a failed call' : `${formatCount(failed)} met a failed call`
}

/** People who come twice are two rows of one key: a page that moved on while the next was read. */
export function distinct(rows: PersonRow[]): PersonRow[] {
  const seen = new Set<string>()
  return rows.filter(({ id }) => !seen.has(id) && seen.add(id))
}
