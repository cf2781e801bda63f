import type { Action } from './actions'
import { Verdicts } from './dead'
import { describe, isIgnored, meantElement } from './names'
import type { Page } from './page'
import type { EventRecord, Recorder } from './recorder'

const rageClicks = 4
const rageGap = 1_000
const rageReach = 30

interface Burst {
  x: number
  y: number
  at: number
  element: Element
  clicks: number
}

/** Notes clicks, submits and changes, never a value. Scripts that click are not persons. */
export function watchActions(recorder: Recorder): void {
  const verdicts = new Verdicts()
  let burst: Burst | undefined
  addEventListener('scroll', () => (burst = undefined), { capture: true, passive: true })

  /** How many clicks came on this spot without a pause; selecting text with clicks is no anger. */
  const clicksOnSpot = (event: MouseEvent, element: Element): number => {
    const { clientX: x, clientY: y } = event
    const at = event.timeStamp
    const again = burst && at - burst.at < rageGap && (burst.element === element || Math.abs(x - burst.x) + Math.abs(y - burst.y) < rageReach)
    const selecting = getSelection()?.type === 'Range'
    burst = selecting ? undefined : { x, y, at, element, clicks: again ? burst!.clicks + 1 : 1 }
    return burst?.clicks ?? 0
  }

  onTrusted('click', (event: MouseEvent, hit) => {
    const label = hit.closest('label')
    if (label?.control && !label.control.contains(hit)) return // the browser clicks the field next
    const element = meantElement(hit)
    const { action, record, page } = begin('click', element)
    const clicks = clicksOnSpot(event, element)
    const properties: Record<string, unknown> = {}
    if (clicks >= rageClicks) properties['clickspan.rage'] = clicks
    const target = { ...record.target, x: Math.round(event.clientX), y: Math.round(event.clientY) }
    const busy = () => action.open > 0
    verdicts.wait(event, hit, busy, (dead) => {
      if (dead) properties['clickspan.dead'] = true
      recorder.event({ ...record, target, properties }, event.timeStamp, page)
    })
  })
  onTrusted('submit', (event, form) => {
    if (recorder.actions.cause()?.how === 'direct') recorder.event({ kind: 'submit', target: describe(form) }, event.timeStamp)
    else recorder.event(begin('submit', form).record, event.timeStamp)
  })
  onTrusted('change', (event, field) => recorder.event(begin('change', field).record, event.timeStamp))

  // A click that is still being judged when the page is left was not dead: it left the page.
  addEventListener('pagehide', () => verdicts.settle())
  addEventListener('visibilitychange', () => verdicts.settle(), true)

  function begin(kind: string, element: Element): { action: Action; record: EventRecord; page: Page } {
    const action = recorder.actions.begin()
    return { action, record: { kind, id: action.id, action_id: action.id, target: describe(element) }, page: recorder.page }
  }

  function onTrusted<K extends 'click' | 'submit' | 'change'>(type: K, take: (event: WindowEventMap[K], hit: Element) => void): void {
    addEventListener(
      type,
      (event) => {
        const hit = event.composedPath()[0]
        if (event.isTrusted && recorder.listening && hit instanceof Element && !isIgnored(hit)) take(event, hit)
      },
      { capture: true, passive: true },
    )
  }
}
