import type { Call } from './calls'

// The body of a long answer may still be on its way when the application has its head.
const patience = 2_000
// Entries are made a little before or after our own note of the start.
const slack = 2

/** Finds the browser's own timing of each call. */
export class Resources {
  private readonly expected = new Set<Call>()
  private readonly waiting = new Map<Call, () => void>()

  constructor() {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.take(entry as PerformanceResourceTiming)
    }).observe({ type: 'resource' })
  }

  /** Begins to look for the timing of `call`. */
  expect(call: Call): void {
    this.expected.add(call)
  }

  /** Returns when the timing is there or will not come soon; the call is forgotten then. */
  async wait(call: Call): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    if (!call.timing) {
      await new Promise<void>((resolve) => {
        this.waiting.set(call, resolve)
        timer = setTimeout(resolve, patience)
      })
    }
    clearTimeout(timer)
    this.expected.delete(call)
    this.waiting.delete(call)
  }

  private take(entry: PerformanceResourceTiming): void {
    if (entry.initiatorType !== 'fetch' && entry.initiatorType !== 'xmlhttprequest') return
    for (const call of this.expected) {
      if (!call.timing && entry.startTime >= call.start - slack && entry.name === withoutFragment(call.url)) {
        call.timing = entry
        this.waiting.get(call)?.()
        return
      }
    }
  }
}

const withoutFragment = (url: URL): string => url.href.replace(/#.*/, '')
