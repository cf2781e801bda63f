const patience = 2_500
const longest = 10_000

/** What answers a click in ways that cannot be seen from here, or is not meant to answer. */
const inert = 'input,textarea,select,[contenteditable],canvas,video,audio,iframe,embed,object,a[href]'

/**
 * Judges whether the page did anything that a person could see after a click: changed, scrolled, selected, took input or went elsewhere.
 * Requests do not count, the server knows of them. Observers exist only while a click is being judged.
 */
export class Verdicts {
  private readonly waiting = new Set<(dead: boolean) => void>()
  private readonly observer = new MutationObserver(() => this.settle())
  private readonly signs = ['scroll', 'selectionchange', 'input', 'toggle', 'popstate', 'hashchange', 'blur']

  /** Calls `tell` once: with true when nothing happened within 2.5 s of the click, or of the end of what it set going (`busy`). */
  wait(event: MouseEvent, element: Element, busy: () => boolean, tell: (dead: boolean) => void): void {
    const modified = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
    if (modified || element === document.body || element === document.documentElement || element.closest(inert)) {
      tell(false)
      return
    }
    if (!this.waiting.size) this.watch()
    let waited = 0
    const settle = (dead: boolean) => {
      clearTimeout(timer)
      this.waiting.delete(settle)
      if (!this.waiting.size) this.rest()
      tell(dead)
    }
    const judge = () => {
      waited += patience
      if (busy() && waited < longest) timer = setTimeout(judge, patience)
      else settle(true)
    }
    let timer = setTimeout(judge, patience)
    this.waiting.add(settle)
  }

  /** Something happened: no click that waits was dead. */
  readonly settle = (): void => {
    for (const settle of this.waiting) settle(false)
  }

  private watch(): void {
    this.observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
    for (const sign of this.signs) addEventListener(sign, this.settle, true)
  }

  private rest(): void {
    this.observer.disconnect()
    for (const sign of this.signs) removeEventListener(sign, this.settle, true)
  }
}
