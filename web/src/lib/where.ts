// A where is about one kind of record, whose fields stand bare; a filter names the record. This writes the one as the other.

const words = new Set(['in', 'true', 'false', 'null', 'property'])
const tokens = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*|\s+|./gsu

/** "status >= 500" as "call.status >= 500". Strings, functions and parts after a dot stay as they are. */
export function asFilter(where: string, record: string): string {
  const parts = where.match(tokens) ?? []
  return parts.map((part, i) => {
    if (!/^[A-Za-z_]/.test(part) || words.has(part) || before(parts, i) === '.' || after(parts, i) === '(') return part
    return `${record}.${part}`
  }).join('')
}

const before = (parts: string[], i: number) => parts.slice(0, i).findLast((part) => part.trim() !== '')
const after = (parts: string[], i: number) => parts.slice(i + 1).find((part) => part.trim() !== '')
