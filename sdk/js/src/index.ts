import { watchCalls } from './calls.js'
import { watchActions } from './clicks.js'
import { noteEngaged } from './engaged.js'
import { watchErrors } from './errors.js'
import { configure, type Options } from './options.js'
import { turnPage } from './page.js'
import { watchPages } from './pages.js'
import { leave, prepareQueue } from './queue.js'
import { decide, recordEvent } from './record.js'
import { watchFetch, watchXhr } from './requests.js'
import { changeVisitor, identify, sessionId } from './visitor.js'
import { watchVitals } from './vitals.js'

export type { Consent, Options } from './options.js'

/** What an application may tell and ask. */
export interface Clickspan {
  /** Says who has signed in, and for which customer or tenant. */
  identify(userId: string, options?: { accountId?: string }): void
  /** Notes something that the application knows and no click shows. */
  track(name: string, properties?: Record<string, unknown>): void
  /** Says what the person decided. Ask on every page that begins as `pending`. */
  consent(decision: 'granted' | 'denied'): void
  /** The address of this visit in Clickspan, for "report a problem"; undefined without the option `ui`. */
  sessionUrl(): string | undefined
  /** Makes what follows another visitor's, after a logout. */
  reset(): void
}

/**
 * Begins to record this page; a page calls it once. Where the browser says that the person objects (Global Privacy Control, Do Not Track)
 * nothing is ever recorded or sent; nor where there is no page, as in server-side rendering.
 */
export function init(options: Options): Clickspan {
  const active = typeof document !== 'undefined' && !objects()
  if (active) start(options)
  return {
    identify(userId, { accountId } = {}) {
      if (!active) return
      identify(userId, accountId)
      recordEvent({ kind: 'identify' })
    },
    track: (name, properties) => active && recordEvent({ kind: 'custom', name, properties }),
    consent: (decision) => active && decide(decision),
    sessionUrl: () => (active && options.ui ? `${options.ui.replace(/\/$/, '')}/sessions/${sessionId()}` : undefined),
    reset: () => active && changeVisitor(),
  }
}

function start(options: Options): void {
  configure(options)
  prepareQueue()
  turnPage(document.referrer)
  decide(options.consent ?? 'granted')
  watchCalls()
  watchFetch()
  watchXhr()
  watchPages()
  watchActions()
  watchErrors()
  watchVitals()
  // Last, so that what the others note when the page is left goes along.
  addEventListener('visibilitychange', () => {
    noteEngaged()
    if (document.visibilityState === 'hidden') leave()
  })
  addEventListener('pagehide', () => {
    noteEngaged(false)
    leave()
  })
}

/** Whether the browser objects on the person's behalf. */
const objects = (): boolean => (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true || navigator.doNotTrack === '1'
