import { recordDocument } from './calls'
import { Page } from './page'
import type { Recorder } from './recorder'
import { pageUrl } from './url'

/** Notes the page's load, returns to it, and route changes of single-page applications. */
export function watchPages(recorder: Recorder): void {
  load()
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return // from the back-forward cache, where scripts only slept
    recorder.page = new Page(document.referrer)
    view('page_view')
  })
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method]
    history[method] = function (this: History, ...args) {
      original.apply(this, args)
      changed()
    }
  }
  addEventListener('popstate', changed)
  addEventListener('hashchange', changed)

  /** The load is an action whose calls may begin until everything the page needs is there. */
  function load(): void {
    const action = view('page_view', 0)
    if (!action) return
    const { page } = recorder
    const cause = { action, how: 'direct' } as const
    action.open++
    const loaded = () => {
      recorder.actions.end(cause)
      recordDocument(recorder, action, page)
    }
    if (document.readyState === 'complete') loaded()
    else addEventListener('load', loaded, { once: true })
  }

  function changed(): void {
    const before = recorder.page.url
    if (pageUrl(location.href) === before) return
    recorder.page = new Page(before)
    view('route_change')
  }

  /** What an action led to is no action of its own: its calls stay the click's. */
  function view(kind: string, at?: number) {
    if (kind === 'route_change' && recorder.actions.cause()) {
      recorder.event({ kind })
      return
    }
    const action = recorder.actions.begin()
    recorder.event({ kind, id: action.id, action_id: action.id }, at)
    return action
  }
}
