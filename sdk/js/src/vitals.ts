import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals'
import { page } from './page.js'
import { recordEvent } from './record.js'

/** Notes the page's web vitals: milliseconds, and a ratio for CLS. */
export function watchVitals(): void {
  const loaded = page
  for (const watch of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
    watch(({ name, value, rating }) =>
      recordEvent({ kind: 'web_vital', name, properties: { value: Math.round(value * 1e4) / 1e4, rating } }, undefined, loaded),
    )
  }
}
