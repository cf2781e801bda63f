/** The address of a page: no query but the campaign's, and the fragment only where it is a path, as in `/app#/orders`. */
export function pageUrl(address: string): string {
  const url = new URL(address)
  const campaign = [...url.searchParams].filter(([name]) => name.startsWith('utm_'))
  const path = /^#!?\/[^?]*/.exec(url.hash)?.[0] ?? ''
  return bare(url) + (campaign.length ? `?${new URLSearchParams(campaign)}` : '') + path
}

/** Where a person came from: of another site its origin only. */
export function referrerUrl(address: string): string | undefined {
  if (!address) return
  const url = new URL(address)
  return url.origin === location.origin ? bare(url) : `${url.origin}/`
}

/** An address without query, fragment and credentials. */
export const bare = (url: URL): string => url.origin + url.pathname

/** Whether a host is one of the patterns `api.example.com` and `*.example.org`, which stands for all hosts below it. */
export const isListed = (host: string, patterns: string[]): boolean =>
  patterns.some((pattern) => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern))
