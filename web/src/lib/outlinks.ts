// Addresses outside Clickspan: other people's templates and what applications recorded. Both lead to web pages only.

/** The template with the id in its placeholder, escaped so that an id can neither add a parameter nor leave the path; empty for dots alone, which no escape keeps in place. */
export function expandTemplate(template: string, kind: 'trace' | 'request' | 'session', id: string): string {
  if (id === '.' || id === '..') return ''
  return template.replaceAll(`{${kind}_id}`, () => encodeURIComponent(id.toWellFormed()))
}

/** The address when it is one of a web page; null for everything else, javascript: above all. */
export function webAddress(text: unknown): URL | null {
  if (typeof text !== 'string' || text.length > 2048) return null
  const url = URL.parse(text)
  return url && (url.protocol === 'https:' || url.protocol === 'http:') && url.host ? url : null
}

/** The addresses of replays among the properties of a record. */
export function replaysIn(properties: Record<string, unknown> | undefined, names: string[]): URL[] {
  return names.flatMap((name) => webAddress(properties?.[name]) ?? [])
}
