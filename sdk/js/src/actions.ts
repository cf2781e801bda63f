import type { Moment } from './clock'
import { randomId } from './id'

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

/**
 * Knows the last action and which calls it causes: those that begin within 100 ms of it, and those that begin during, or within 100 ms after,
 * one that it caused; never more than 10 s later. A route that was called without any action before is the page's own doing, a poll for
 * instance, and joins no chain.
 */
export class Actions {
  private last: Action | undefined
  private readonly uncaused = new Map<string, number>()

  /** Begins an action now. */
  begin(): Action {
    const at = performance.now()
    this.last = { id: randomId(16), at, open: 0, ended: at }
    return this.last
  }

  /** The cause of something that happens now. */
  cause(): Cause | undefined {
    const action = this.last
    const now = performance.now()
    if (!action || now - action.at > longest) return
    if (now - action.at <= near) return { action, how: 'direct' }
    if (action.open > 0 || now - action.ended <= near) return { action, how: 'chain' }
  }

  /** The cause of a call that begins now; {@link end} must follow. */
  start(route: string): Cause | undefined {
    const cause = this.cause()
    const seen = this.uncaused.get(route) ?? 0
    if (cause && (cause.how === 'direct' || seen < background)) {
      cause.action.open++
      return cause
    }
    if (!cause && (seen > 0 || this.uncaused.size < knownRoutes)) this.uncaused.set(route, seen + 1)
  }

  /** Notes that a call has ended. */
  end(cause: Cause | undefined, at: Moment = performance.now()): void {
    if (!cause) return
    cause.action.open--
    cause.action.ended = Math.max(cause.action.ended, at)
  }
}
