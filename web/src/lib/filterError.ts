import { Problem } from '../api/client'

export type FilterError = { message: string; hint: string; /** Index into the characters of the filter; null when it has no place. */ at: number | null }

/** What the server says is wrong with a filter, and where in what the person wrote; null when the error is about something else. */
export function filterError(error: unknown, written: string | undefined, sent = written): FilterError | null {
  if (!(error instanceof Problem) || error.status !== 400 || !error.detail.startsWith('filter: ')) return null
  const [, column, message = ''] = /^filter: (?:line 1, column (\d+): )?(.*)$/s.exec(error.detail) ?? []
  // The page put its own conditions before what was written.
  const before = lengthOf((sent ?? '').slice(0, Math.max(0, (sent ?? '').lastIndexOf(written ?? ''))))
  const at = column ? Number(column) - 1 - before : -1
  return { message, hint: error.hint, at: at >= 0 && at <= lengthOf(written ?? '') ? at : null }
}

/** In characters, as the server counts, and not in units of UTF-16. */
function lengthOf(text: string): number {
  return Array.from(text).length
}
