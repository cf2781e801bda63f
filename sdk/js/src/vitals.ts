import { onCLS, onFCP, onINP, onLCP, onTTFB } from 'web-vitals'
import type { Recorder } from './recorder'

/** Notes the page's web vitals: milliseconds, and a ratio for CLS. */
export function watchVitals(recorder: Recorder): void {
  const { page } = recorder
  for (const watch of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
    watch(({ name, value, rating }) => {
      const properties = { value: Math.round(value * 1e4) / 1e4, rating }
      recorder.event({ kind: 'web_vital', name, properties }, undefined, page)
    })
  }
}
