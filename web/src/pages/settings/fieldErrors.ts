import { Problem } from '../../api/client'
import { hintWords, messageWords } from '../../lib/fieldWords'

/** What the server says is wrong with a field, or with a part of it (`origins[2]`, `step.event`); a field with a form field of its own is not part of another. */
export function fieldError(error: unknown, field: string, others: string[] = []): string | undefined {
  if (!(error instanceof Problem)) return undefined
  const found = error.fields.find(({ path }) => within(path, field) && !others.some((other) => within(path, other)))
  return found && [messageWords(found.message), hintWords(error.hint)].filter(Boolean).join(' ')
}

/** The error, unless one of the fields shows it. */
export function formError(error: unknown, fields: string[]): unknown {
  return fields.some((field) => fieldError(error, field)) ? null : error
}

function within(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)
}
