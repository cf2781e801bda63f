import type { DemoBreak } from './demoQueries'

/** "POST /api/payments begins to fail at 16:21, in 1 min 40 s: stay and see it arrive here." */
export function comingWords({ endpoint, effect }: DemoBreak, clock: string, inMs: number): string {
  if (inMs <= 0) return `${endpoint} ${effect === 'fail' ? 'fails' : 'is slow'} since ${clock}. It is named here once enough people met it, in some seconds.`
  return `${endpoint} ${effect === 'fail' ? 'begins to fail' : 'becomes slow'} at ${clock}, in ${countdown(inMs)}, as a sale brings people to the till. Stay and see it arrive here.`
}

function countdown(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
