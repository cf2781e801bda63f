import { init, type Clickspan, type Consent } from './index.js'

declare global {
  interface Window {
    clickspan?: Clickspan
  }
}

const tag = document.currentScript as HTMLScriptElement | null
if (tag && !window.clickspan) {
  const { key, consent, traceHosts, sample, ui, release } = tag.dataset
  const address = new URL(tag.src)
  window.clickspan = init({
    key: key ?? address.searchParams.get('key') ?? '',
    endpoint: new URL('intake/browser', address).href,
    consent: consent as Consent | undefined,
    traceHosts: traceHosts?.split(/[\s,]+/),
    sample: sample ? Number(sample) : undefined,
    ui,
    release,
  })
}
