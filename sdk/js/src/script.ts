import { init, type Clickspan, type Consent } from './index'

declare global {
  interface Window {
    clickspan?: Clickspan
  }
}

const tag = document.currentScript
if (tag instanceof HTMLScriptElement && !window.clickspan) {
  const { key, consent, traceHosts, sample, ui, release } = tag.dataset
  const start = () =>
    (window.clickspan = init({
      key: key ?? new URL(tag.src).searchParams.get('key') ?? '',
      endpoint: new URL('intake/browser', tag.src).href,
      consent: consent as Consent | undefined,
      traceHosts: traceHosts?.split(/[\s,]+/).filter(Boolean),
      sample: sample === undefined ? undefined : Number(sample),
      ui,
      release,
    }))
  start()
}
