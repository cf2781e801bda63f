const patience = 2_500
const longest = 10_000

/** What answers a click in ways that cannot be seen from here, or is not meant to answer. */
const inert = 'input,textarea,select,[contenteditable],canvas,video,audio,iframe,embed,object,a[href]'
const signs = ['scroll', 'input', 'toggle', 'popstate', 'hashchange']

const waiting = new Set<(dead: boolean) => void>()
let observer: MutationObserver
let early = false

/** Menus and selections answer the press, which comes before its click. */
export function watchPresses(): void {
  addEventListener('pointerdown', () => {
    early = false
    wait(press)
  }, { capture: true, passive: true })
}

function press(): void {
  early = true
  leave(press)
}

/**
 * Calls `tell` once: with true when the page did nothing that a person could see from the press of a click until 2.5 s after it, or while
 * it was `busy` with what the click set going. Requests alone do not count: the server knows of them. Observers exist only while a click
 * is being judged.
 */
export function judge(event: MouseEvent, element: Element, busy: () => boolean, tell: (dead: boolean) => void): void {
  const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
  const answer = early
  early = false
  leave(press)
  if (answer || modified || element.matches('html,body') || element.closest(inert)) {
    tell(false)
    return
  }
  let waited = 0
  const end = (dead: boolean) => {
    clearTimeout(timer)
    leave(end)
    tell(dead)
  }
  const look = () => {
    waited += patience
    if (busy() && waited < longest) timer = setTimeout(look, patience)
    else end(true)
  }
  let timer = setTimeout(look, patience)
  wait(end)
}

/** Something happened: no click that is being judged was dead. */
export function answered(): void {
  for (const end of waiting) end(false)
}

function wait(end: (dead: boolean) => void): void {
  if (!waiting.size) watch(true)
  waiting.add(end)
}

function leave(end: (dead: boolean) => void): void {
  if (waiting.delete(end) && !waiting.size) watch(false)
}

function watch(on: boolean): void {
  const change = on ? addEventListener : removeEventListener
  observer ??= new MutationObserver(answered)
  if (on) observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  else observer.disconnect()
  for (const sign of signs) change(sign, answered, true)
  change('selectionchange', selected, true)
  change('blur', answered) // of the window, to a new one or a dialog; elements lose focus to any click
}

/** Any click moves the caret; only selected text is an answer. */
function selected(): void {
  if (getSelection()?.type === 'Range') answered()
}
