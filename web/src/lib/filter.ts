// Builds the small part of CEL that clicks produce: comparisons joined with &&. What a person typed is kept as it is.

export type Comparison = '==' | '!=' | '>=' | '>' | '<' | '<='

/** A literal of CEL: strings quoted and escaped, numbers and booleans bare. */
export function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

export function term(field: string, op: Comparison, value: string | number | boolean): string {
  return `${field} ${op} ${literal(value)}`
}

// The API takes filters of 4 kB.
const longestList = 3600
const readableList = 2

/** Holds where the field is one of the values: the first of them, as many as a filter takes. */
export function oneOf(field: string, values: string[]): string {
  const written: string[] = []
  let length = 0
  for (const value of values) {
    length += literal(value).length + 2
    if (length > longestList) break
    written.push(literal(value))
  }
  return `${field} in [${written.join(', ')}]`
}

/** The field and the number of values of a list too long to read as a condition; null for any other condition. */
export function longList(condition: string): { field: string; count: number } | null {
  const match = /^([\w.]+) in (\[.*\])$/.exec(condition)
  if (!match) return null
  try {
    const values = JSON.parse(match[2]!) as unknown[]
    return values.length > readableList ? { field: match[1]!, count: values.length } : null
  } catch {
    return null
  }
}

/** The top-level && terms of a filter, in order; brackets and strings are respected. */
export function splitTerms(filter: string): string[] {
  const terms: string[] = []
  let start = 0
  for (const i of topLevel(filter)) {
    if (i < start || !filter.startsWith('&&', i)) continue
    terms.push(filter.slice(start, i).trim())
    start = i + 2
  }
  terms.push(filter.slice(start).trim())
  return terms.filter(Boolean)
}

export function joinTerms(terms: string[]): string {
  return terms.map((t, _, all) => (all.length > 1 && isLoose(t) ? `(${t})` : t)).join(' && ')
}

/** Adds a term; the same term twice changes nothing, and its negation gives way to it. */
export function addTerm(filter: string | undefined, added: string): string {
  const terms = splitTerms(filter ?? '').filter((t) => t !== added && t !== negate(added))
  return joinTerms([...terms, added])
}

export function removeTerm(filter: string | undefined, removed: string): string {
  return joinTerms(splitTerms(filter ?? '').filter((t) => t !== removed))
}

export function hasTerm(filter: string | undefined, wanted: string): boolean {
  return splitTerms(filter ?? '').includes(wanted)
}

function negate(t: string): string {
  return t.includes(' == ') ? t.replace(' == ', ' != ') : t.replace(' != ', ' == ')
}

/** Reports a term with || outside brackets, which && would tear apart. */
function isLoose(t: string): boolean {
  return topLevel(t).some((i) => t.startsWith('||', i))
}

/** The positions of a filter that lie outside strings and brackets. */
function topLevel(filter: string): number[] {
  const positions: number[] = []
  let depth = 0
  let quote = ''
  for (let i = 0; i < filter.length; i++) {
    const c = filter[i]!
    if (quote) {
      if (c === '\\') i++
      else if (c === quote) quote = ''
    } else if (c === '"' || c === "'") quote = c
    else if (c === '(' || c === '[') depth++
    else if (c === ')' || c === ']') depth--
    else if (depth === 0) positions.push(i)
  }
  return positions
}
