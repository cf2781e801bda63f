// What a person is about to write at the caret of a filter: the name of a field, or a value of one.

export type Completion = { kind: 'field'; prefix: string; start: number } | { kind: 'value'; field: string; prefix: string; start: number }

const valueBefore = /([a-z_]+\.[\w.]+)\s*(?:==|!=)\s*("?)([^"\s]*)$/
const fieldBefore = /(?:^|[\s(!&|])([a-z_][\w.]*)$/

/** What can be completed before the caret; null inside a number, after a space, or within a finished string. */
export function completionAt(text: string, caret: number): Completion | null {
  const before = text.slice(0, caret)
  const value = valueBefore.exec(before)
  if (value) {
    const [, field = '', quote = '', prefix = ''] = value
    return { kind: 'value', field, prefix, start: caret - quote.length - prefix.length }
  }
  if (insideString(before)) return null
  const field = fieldBefore.exec(before)?.[1]
  return field ? { kind: 'field', prefix: field, start: caret - field.length } : null
}

/** The text with the completion written in, and where the caret then stands. */
export function complete(text: string, caret: number, start: number, written: string): { text: string; caret: number } {
  // A quote that the person had already closed behind the caret is part of what is replaced.
  const end = written.endsWith('"') && text[caret] === '"' ? caret + 1 : caret
  return { text: text.slice(0, start) + written + text.slice(end), caret: start + written.length }
}

function insideString(before: string): boolean {
  return (before.replaceAll(/\\./g, '').split('"').length - 1) % 2 === 1
}
