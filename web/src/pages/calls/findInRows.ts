import type { CallRecord } from '../../api/types'

/** The rows in which some value contains the text, whatever the case; all of them for no text. */
export function findInRows(rows: CallRecord[], text: string | undefined): CallRecord[] {
  const wanted = text?.trim().toLowerCase()
  if (!wanted) return rows
  const has = (value: unknown): boolean => {
    if (typeof value === 'object' && value !== null) return Object.values(value).some(has)
    return value != null && String(value).toLowerCase().includes(wanted)
  }
  return rows.filter(has)
}
