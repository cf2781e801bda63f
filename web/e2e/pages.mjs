/**
 * The pages to check, with what shows that each is there, over the whole time that the server has data of. Pages about one
 * thing take one with trouble when there is any; all are found through the API with the browser's own credential.
 */
export async function discoverPages(page, origin) {
  const range = await rangeOfData(page, origin)
  const endpoint = await first(page, origin, 'endpoints', range, [''])
  const session = await first(page, origin, 'sessions', range, ['session.failed > 0', 'session.calls > 0', ''])
  const call = await first(page, origin, 'calls', range, ['call.failed == true && call.linked == true', 'call.linked == true', ''])
  const error = await first(page, origin, 'errors', range, [''])
  const account = await first(page, origin, 'accounts', range, ['']).catch(() => null) // a recording may name none
  const person = session.user_id || session.device_id
  const path = (pathname, search = {}) => `${pathname}?${new URLSearchParams({ ...range, ...search })}`
  const pages = [
    { name: 'overview', path: path('/'), ready: 'main .headline' },
    { name: 'endpoints', path: path('/endpoints', { sort: '-p95' }), ready: '[role=grid] [role=gridcell]' },
    { name: 'endpoint', path: path(`/endpoints/${encodeURIComponent(endpoint.id)}`), ready: 'main .uplot' },
    { name: 'calls', path: path('/calls', { filter: 'call.status >= 200', side: 'any' }), ready: '[role=grid] [role=gridcell]' },
    { name: 'call', path: path('/calls', { side: 'any', sel: call.id }), ready: 'aside h2' },
    { name: 'errors', path: path('/errors', { sort: '-people' }), ready: '[role=grid] [role=gridcell]' },
    { name: 'error', path: path(`/errors/${error.id}`), ready: 'main .uplot' },
    { name: 'services', path: path('/services'), ready: 'main h1' },
    { name: 'accounts', path: path('/accounts'), ready: account ? '[role=grid] [role=gridcell]' : 'main .notice' },
    ...(account ? [{ name: 'account', path: path(`/accounts/${encodeURIComponent(account.id)}`), ready: 'main .uplot' }] : []),
    { name: 'people', path: path('/people', { filter: 'session.actions > 0' }), ready: '[role=grid] [role=gridcell]' },
    { name: 'person', path: path(`/people/${encodeURIComponent(person)}`), ready: '[role=grid] [role=gridcell]' },
    { name: 'usage', path: path('/usage'), ready: '[role=grid] [role=gridcell]' },
    { name: 'usage-pages', path: path('/usage', { view: 'pages', sort: '-lcp' }), ready: '[role=grid] [role=gridcell]' },
    { name: 'usage-costly', path: path('/usage', { view: 'costly' }), ready: '[role=grid] [role=gridcell]' },
    { name: 'usage-refused', path: path('/usage', { view: 'refused' }), ready: 'main p' },
    { name: 'events', path: path('/events', { filter: 'event.kind == "click"' }), ready: '[role=grid] [role=gridcell]' },
    { name: 'funnels', path: path('/funnels', { sel: 'at-0', ask: JSON.stringify({ steps: [{ page: '/**' }, { event: 'click' }, { call: '*' }], window: '1h', breakdown: { property: 'browser' } }) }), ready: 'main .who [role=gridcell]' },
    { name: 'funnels-missing', path: path('/funnels', { ask: JSON.stringify({ steps: [{ event: 'Never sent' }] }) }), ready: 'main .notice b' },
    { name: 'retention', path: path('/retention', { sel: '0-0', ask: JSON.stringify({ split: true }) }), ready: 'main .who [role=gridcell]' },
    { name: 'paths', path: path('/paths'), ready: 'main .flow-node' },
    { name: 'explore', path: path('/explore', { ask: JSON.stringify({ measures: [{ of: 'calls', stat: 'p95' }], breakdown: ['method'] }) }), ready: 'main .uplot' },
    { name: 'explore-values', path: path('/explore', { view: 'breakdown' }), ready: 'main [role=gridcell]' },
    { name: 'explore-lifecycle', path: path('/explore', { view: 'lifecycle' }), ready: 'main .lifecycle button' },
    { name: 'explore-stickiness', path: path('/explore', { view: 'stickiness' }), ready: 'main .sticky-bars li' },
    { name: 'segments', path: path('/segments'), ready: 'main #no-segment' },
    { name: 'segments-new', path: path('/segments', { sel: '+', filter: 'session.failed > 0 && call.status >= 500' }), ready: 'main .segment-found b' },
    { name: 'friction', path: path('/friction'), ready: '[role=grid] [role=gridcell], main .notice b' },
    { name: 'friction-pages', path: path('/friction', { view: 'page', sort: '-share' }), ready: '[role=grid] [role=gridcell], main .notice b' },
    { name: 'signals', path: path('/signals', { filter: 'signal.kind != ""' }), ready: '[role=grid] [role=gridcell], main .notice b' },
    { name: 'impact', path: path('/impact'), ready: 'main .frame h2, main .notice' },
    { name: 'blast', path: path('/blast'), ready: 'main .outcomes li, main .frame h2' },
    { name: 'releases', path: path('/releases'), ready: 'main .card h2, main .notice b' },
    { name: 'glossary', path: '/glossary#q', ready: 'main .glossary dt' },
    { name: 'sessions', path: path('/sessions'), ready: '[role=grid] [role=gridcell]' },
    { name: 'session', path: path(`/sessions/${encodeURIComponent(session.id)}`), ready: '[role=treegrid] [role=gridcell]' },
    { name: 'live', path: '/live', ready: 'main h1' },
    { name: 'connect', path: '/connect?site=https://shop.example', ready: 'main .snippet pre' },
    { name: 'quality', path: path('/quality'), ready: 'main h2' },
    { name: 'settings', path: path('/settings'), ready: 'main .card h2' },
    { name: 'settings-goals', path: path('/settings', { view: 'goals', sel: '+' }), ready: 'main form' },
    { name: 'settings-links', path: path('/settings', { view: 'links' }), ready: 'main form' },
    { name: 'settings-bodies', path: path('/settings', { view: 'bodies' }), ready: 'main form' },
    { name: 'settings-server', path: path('/settings', { view: 'server' }), ready: 'main dl' },
    { name: 'find', path: path('/find', { q: 'nobody' }), ready: 'main .notice' },
    { name: 'found', path: path('/find', { q: session.id }), ready: '[role=treegrid] [role=gridcell], main table' },
    { name: 'load', path: path('/calls', { chart: 'load' }), ready: 'main .finding' },
    { name: 'empty', path: '/calls?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z', ready: 'main .notice' },
    { name: 'refused', path: path('/calls', { filter: 'no.such.field == 1' }), ready: 'main [role=alert]', refused: true },
    { name: 'missing', path: '/no-such-page', ready: 'main .notice' },
  ]
  return { pages, range: new URLSearchParams(range).toString() }
}

async function rangeOfData(page, origin) {
  const { store } = await read(page, `${origin}/api/v1/system`)
  if (!store.from || !store.to) throw new Error('The server holds no data; start it with `clickspan demo`, or import something.')
  const to = new Date(Date.parse(store.to) + 1000).toISOString()
  return { from: store.from, to }
}

/** The first row for the first of the filters that has any. */
async function first(page, origin, what, range, filters) {
  for (const filter of filters) {
    const query = new URLSearchParams({ ...range, ...(filter ? { filter } : {}) })
    const { rows } = await read(page, `${origin}/api/v1/${what}?${query}`)
    if (rows[0]) return rows[0]
  }
  throw new Error(`The server's data has no ${what}; the walk needs endpoints, calls and sessions.`)
}

async function read(page, url) {
  const response = await page.request.get(url)
  if (!response.ok()) throw new Error(`GET ${url} answered ${response.status()}: ${(await response.text()).slice(0, 200)}`)
  return response.json()
}
