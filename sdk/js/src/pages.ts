import { beginAction, causeNow, endCause, type Action } from './actions.js'
import { recordDocument } from './calls.js'
import { noteEngaged } from './engaged.js'
import { page, turnPage } from './page.js'
import { recordEvent } from './record.js'
import { pageUrl } from './url.js'

/** Notes the page's load, returns to it, and route changes of single-page applications. */
export function watchPages(): void {
  load()
  noteEngaged()
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return // from the back-forward cache, where scripts only slept
    turnPage(document.referrer)
    noteEngaged()
    begin('page_view')
  })
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method]
    history[method] = function (this: History, ...args) {
      original.apply(this, args)
      routeChanged()
    }
  }
  addEventListener('popstate', routeChanged)
  addEventListener('hashchange', routeChanged)
}

/** The load is an action whose calls may begin until everything the page needs is there. */
function load(): void {
  const action = begin('page_view', 0)
  const here = page
  action.open++
  const loaded = () => {
    endCause({ action, how: 'direct' })
    recordDocument(action, here)
  }
  if (document.readyState === 'complete') loaded()
  else addEventListener('load', loaded, { once: true })
}

function routeChanged(): void {
  const before = page.url
  if (pageUrl(location.href) === before) return
  noteEngaged()
  turnPage(before)
  // What an action led to is no action of its own: its calls stay the click's.
  if (causeNow()) recordEvent({ kind: 'route_change' })
  else begin('route_change')
}

function begin(kind: string, at?: number): Action {
  const action = beginAction()
  recordEvent({ kind, id: action.id, action_id: action.id }, at)
  return action
}
