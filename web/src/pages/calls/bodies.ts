/** A body as it is shown: JSON laid out, everything else as it came. */
export function layBody(text: string): { kind: 'JSON' | 'text'; text: string } {
  return isDocument(text) ? { kind: 'JSON', text: indent(text) } : { kind: 'text', text }
}

function isDocument(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/** Valid JSON, one member a line. Only the space between changes: parsed and written again, long numbers would lose digits. */
function indent(json: string): string {
  const line = (depth: number) => `\n${'  '.repeat(depth)}`
  let [out, depth, before] = ['', 0, '']
  for (const [token] of json.matchAll(tokens)) {
    const closes = token === '}' || token === ']'
    if (closes) depth--
    const opened = before === '{' || before === '['
    if (closes ? !opened : opened || before === ',') out += line(depth)
    out += token === ':' ? ': ' : token
    if (token === '{' || token === '[') depth++
    before = token
  }
  return out
}
