/** A moment in milliseconds since the page's start, as `performance.now()` gives it. */
export type Moment = number

const jump = 1000

let base = performance.timeOrigin

/**
 * Turns a moment of this page into RFC 3339 with microseconds. `performance.now()` stands still while a machine sleeps, so the base moves
 * when it has parted from the wall clock.
 */
export function timestamp(moment: Moment = performance.now()): string {
  const drift = Date.now() - performance.now() - base
  if (Math.abs(drift) > jump) base += drift
  const ms = base + moment
  const micros = Math.floor((ms % 1) * 1000)
  return `${new Date(ms).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`
}

/** Milliseconds in the whole microseconds of the wire. */
export const micros = (ms: number): number => Math.max(0, Math.round(ms * 1000))
