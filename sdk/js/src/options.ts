/** What a person allowed: `pending` keeps records in memory and sends nothing until they decide. */
export type Consent = 'granted' | 'pending' | 'denied'

/** What {@link init} takes; the script tag has the same as `data-*` attributes. */
export interface Options {
  /** The project's ingest key of kind `browser`. */
  key: string
  /** The address of Clickspan's `POST /intake/browser`, absolute or relative to the page. */
  endpoint: string
  /** `pending` when a consent tool has to ask first; default `granted`. */
  consent?: Consent
  /** Hosts of other origins that may receive `traceparent` and `baggage`: `api.example.com`, `*.example.org`. Their CORS rules must allow both headers. */
  traceHosts?: string[]
  /**
   * Share of visits, 0 to 1, whose `traceparent` says *sampled*. A backend that follows its caller keeps every trace with the flag and drops
   * every one without. Default 1. Clickspan's own records are always complete.
   */
  sample?: number
  /** Where Clickspan's web page is, for `sessionUrl()`. */
  ui?: string
  /** The version of the application. */
  release?: string
}

// A page has one recorder. Its state lies in modules, not objects, because names of modules' variables weigh nothing in the built script.

/** The options of this page. */
export let options: Options

/** Sets the options of this page. */
export function configure(chosen: Options): void {
  options = chosen
}
