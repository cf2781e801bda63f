// The URL is the state of a view. Its query string is read and written as plain text: the router's own JSON codec would
// turn the session id 662E41 into a number.

/** Everything a view may keep in its URL; a page uses the parts it needs. */
export type Search = {
  from?: string
  to?: string
  /** The segment that the view is narrowed to, by its id; absent = everybody. */
  segment?: string
  filter?: string
  sort?: string
  /** The selected row: a call, an event or a span. */
  sel?: string
  side?: string
  /** What a timeline's bars are measured from. */
  axis?: string
  q?: string
  /** Which of a page's views is open. */
  view?: string
  /** What rows are grouped by. */
  by?: string
  /** The columns of a table, by id, in order. */
  cols?: string
  /** Which rows of a timeline are shown. */
  show?: string
  /** What is looked for in the rows on the page. */
  text?: string
  /** The question of a builder: JSON, in the words of the API. */
  ask?: string
  /** The share of people that a question is answered from; absent = all. */
  sample?: string
  /** A chart that is opened on demand. */
  chart?: string
  /** Whose data it is; absent = the project `default`. */
  project?: string
  /** Connect: the web server, the application's address, and where Clickspan and the log are seen from it. */
  server?: string
  site?: string
  intake?: string
  log?: string
}

const keys: (keyof Search)[] = ['from', 'to', 'segment', 'filter', 'sort', 'sel', 'side', 'axis', 'q', 'view', 'by', 'cols', 'show', 'text', 'ask', 'sample', 'chart', 'project', 'server', 'site', 'intake', 'log']

export function parseSearch(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query))
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}

/** Keeps what the views know and drops the rest, so that a stranger's parameter never reaches a request. */
export function pickSearch(raw: Record<string, unknown>): Search {
  const search: Search = {}
  for (const key of keys) {
    const value = raw[key]
    if (typeof value === 'string' && value !== '') search[key] = value
  }
  return search
}

/** A sort as the API writes it: "p95" ascending, "-p95" descending. */
export type Sort = { id: string; desc: boolean }

export function parseSort(text: string | undefined, fallback: string): Sort {
  const value = text || fallback
  return value.startsWith('-') ? { id: value.slice(1), desc: true } : { id: value, desc: false }
}

export function formatSort(sort: Sort): string {
  return sort.desc ? `-${sort.id}` : sort.id
}
