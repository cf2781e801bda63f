import type { ErrorGroup } from '../../api/groups'
import type { Release } from '../../api/types'

/** How soon after a deploy an error must show to be laid at its door. */
const soon = 24 * 3_600_000

/**
 * The release an error is new since: the last deploy before it was first seen, when the range reaches back before that deploy
 * (else the error may be older) and the first one came within a day. A call's deploy is of its own service; a browser's bears
 * the version that the error names.
 */
export function newSince(error: Pick<ErrorGroup, 'kind' | 'name' | 'first_seen' | 'first_release'>, releases: Release[], from: number): Release | null {
  const first = Date.parse(error.first_seen)
  const before = releases.filter((release) => {
    const at = Date.parse(release.at)
    return at > from && at <= first && first - at <= soon && concerns(error, release)
  })
  return before.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0] ?? null
}

function concerns(error: Pick<ErrorGroup, 'kind' | 'name' | 'first_release'>, release: Release): boolean {
  if (error.first_release) return release.version === error.first_release
  return error.kind === 'call' && error.name.startsWith(`${release.service}: `)
}

/** Whether a text stands anywhere in what the list shows of an error. */
export function matches(error: Pick<ErrorGroup, 'name' | 'error' | 'frame' | 'page' | 'also_seen'>, text: string): boolean {
  const wanted = text.toLowerCase()
  return [error.name, error.error, error.frame, error.page, ...error.also_seen.map((tier) => tier.name)].some((part) => part?.toLowerCase().includes(wanted))
}
