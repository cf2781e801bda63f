import type { Goal } from '../api/types'

/** A step in words, as goals are listed. */
export function stepWords({ event, page, call, where }: Goal['step']): string {
  const what = event ? (event === '*' ? 'any event' : `event ${event}`) : page ? `page ${page}` : call === '*' ? 'any call' : `call ${call ?? ''}`
  return where ? `${what} where ${where}` : what
}
