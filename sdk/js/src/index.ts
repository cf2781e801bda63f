import { Calls } from './calls'
import { watchActions } from './clicks'
import { watchErrors } from './errors'
import type { Options } from './options'
import { watchPages } from './pages'
import { Recorder } from './recorder'
import { watchFetch, watchXhr } from './requests'
import { watchVitals } from './vitals'

export type { Consent, Options } from './options'

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

/** Begins to record this page. Where the browser says that the person objects (Global Privacy Control, Do Not Track) nothing is ever recorded or sent. */
export function init(options: Options): Clickspan {
  return objects() ? silent : start(options)
}

function start(options: Options): Clickspan {
  const recorder = new Recorder(options)
  const { visitor } = recorder
  const calls = new Calls(recorder)
  watchFetch(calls)
  watchXhr(calls)
  watchPages(recorder)
  watchActions(recorder)
  watchErrors(recorder)
  watchVitals(recorder)
  // Last, so that what the others note when the page is left goes along.
  addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && recorder.queue.leave())
  addEventListener('pagehide', () => recorder.queue.leave())
  return {
    identify(userId, { accountId } = {}) {
      visitor.identify(userId, accountId)
      recorder.event({ kind: 'identify' })
    },
    track: (name, properties) => recorder.event({ kind: 'custom', name, properties }),
    consent: (decision) => recorder.consent(decision),
    sessionUrl: () => options.ui && `${options.ui.replace(/\/$/, '')}/sessions/${visitor.session}`,
    reset: () => visitor.reset(),
  }
}

/** Whether the browser objects on the person's behalf. */
function objects(): boolean {
  return (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true || navigator.doNotTrack === '1'
}

const silent: Clickspan = {
  identify() {},
  track() {},
  consent() {},
  sessionUrl: () => undefined,
  reset() {},
}
