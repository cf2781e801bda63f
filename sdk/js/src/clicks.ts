import { beginAction, causeNow, type Action } from './actions.js'
import { answered, judge, watchPresses } from './dead.js'
import { describe, isIgnored, meantElement } from './names.js'
import { page } from './page.js'
import { consent, recordEvent, type EventRecord } from './record.js'

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

let burst: Burst | undefined

/** Notes clicks, submits and changes, never a value. */
export function watchActions(): void {
  watchPresses()
  on('click', (event, hit) => {
    const label = hit.closest('label')
    if (label?.control && !label.control.contains(hit)) return // the browser clicks the field next
    const element = meantElement(hit)
    const [action, record] = begin('click', element)
    const properties: Record<string, unknown> = {}
    const clicks = clicksOnSpot(event, element)
    if (clicks >= rageClicks) properties['clickspan.rage'] = clicks
    const target = { ...record.target, x: Math.round(event.clientX), y: Math.round(event.clientY) }
    const here = page
    judge(event, hit, () => action.open > 0, (dead) => {
      if (dead) properties['clickspan.dead'] = true
      recordEvent({ ...record, target, properties }, event.timeStamp, here)
    })
  })
  // The click on its button is the action, unless the form was sent in another way.
  on('submit', (event, form) => recordEvent(causeNow()?.how === 'direct' ? { kind: 'submit', target: describe(form) } : begin('submit', form)[1], event.timeStamp))
  on('change', (event, field) => recordEvent(begin('change', field)[1], event.timeStamp))
  addEventListener('scroll', () => (burst = undefined), { capture: true, passive: true })
  // A click that is still being judged when the page is left was not dead: it left the page.
  addEventListener('pagehide', answered)
  addEventListener('visibilitychange', answered, true)
}

/** Listens before the application does. Scripts that click are not persons. */
function on<K extends 'click' | 'submit' | 'change'>(type: K, take: (event: WindowEventMap[K], hit: Element) => void): void {
  const listener = (event: WindowEventMap[K]) => {
    const hit = event.composedPath()[0]
    if (event.isTrusted && consent !== 'denied' && hit instanceof Element && !isIgnored(hit)) take(event, hit)
  }
  addEventListener(type, listener, { capture: true, passive: true })
}

function begin(kind: string, element: Element): [Action, EventRecord] {
  const action = beginAction()
  return [action, { kind, id: action.id, action_id: action.id, target: describe(element) }]
}

/** How many clicks came on this spot without a pause; selecting text with clicks is no anger. */
function clicksOnSpot({ clientX: x, clientY: y, timeStamp: at }: MouseEvent, element: Element): number {
  const again = burst && at - burst.at < rageGap && (burst.element === element || Math.abs(x - burst.x) + Math.abs(y - burst.y) < rageReach)
  const clicks = getSelection()?.type === 'Range' ? 0 : again ? burst!.clicks + 1 : 1
  burst = { x, y, at, element, clicks }
  return clicks
}
