import type { Moment } from './clock.js'
import { randomId } from './id.js'

const near = 100
const longest = 10_000
const background = 2
const knownRoutes = 200

/** Something a person started on purpose, and the calls it caused that are under way. */
export interface Action {
  id: string
  at: Moment
  open: number
  /** When the last of its calls ended. */
  ended: Moment
}

/** Why a call is taken to be an action's. */
export interface Cause {
  action: Action
  /** `direct`: right after the action. `chain`: during or right after another of its calls. */
  how: 'direct' | 'chain'
}

let last: Action | undefined
const uncaused = new Map<string, number>()

/** Begins an action now. */
export function beginAction(): Action {
  const at = performance.now()
  return (last = { id: randomId(16), at, open: 0, ended: at })
}

/**
 * The cause of something that happens now: the last action if it was within 100 ms, or if one of its calls is under way or ended within
 * 100 ms; never after more than 10 s.
 */
export function causeNow(): Cause | undefined {
  const now = performance.now()
  if (!last || now - last.at > longest) return
  if (now - last.at <= near) return { action: last, how: 'direct' }
  if (last.open || now - last.ended <= near) return { action: last, how: 'chain' }
}

/**
 * The cause of a call that begins now; {@link endCause} must follow. A route that was called without any action before is the page's own
 * doing, a poll for instance, and joins no chain.
 */
export function beginCause(route: string): Cause | undefined {
  const cause = causeNow()
  const seen = uncaused.get(route) ?? 0
  if (!cause) {
    if (seen || uncaused.size < knownRoutes) uncaused.set(route, seen + 1)
  } else if (cause.how === 'direct' || seen < background) {
    cause.action.open++
    return cause
  }
}

/** Notes that a call has ended: now, as far as the page can tell, because what follows it is as late as we are. */
export function endCause({ action }: Cause): void {
  action.open--
  action.ended = performance.now()
}
