/**
 * The pages to check, with what shows that each is there. Pages about one thing take the first endpoint and a session with
 * failed calls of the data at hand, found through the API with the browser's own credential.
 */
export async function discoverPages(page, origin) {
  const endpoint = (await read(page, `${origin}/api/v1/endpoints`)).rows[0]
  const sessions = (await read(page, `${origin}/api/v1/sessions?filter=${encodeURIComponent('session.failed > 0')}`)).rows
  const call = (await read(page, `${origin}/api/v1/calls?filter=${encodeURIComponent('call.failed == true && call.linked == true')}`)).rows[0]
  if (!endpoint || !sessions[0] || !call) throw new Error('The server holds no endpoint, no session with a failed call, or no linked failed call; start it with demo data.')
  return [
    { name: 'overview', path: '/', ready: 'main h1' },
    { name: 'endpoints', path: '/endpoints?sort=-p95', ready: '[role=grid] [role=gridcell]' },
    { name: 'endpoint', path: `/endpoints/${encodeURIComponent(endpoint.id)}`, ready: 'main .uplot' },
    { name: 'calls', path: `/calls?filter=${encodeURIComponent('call.failed == true')}`, ready: '[role=grid] [role=gridcell]' },
    { name: 'call', path: `/calls?filter=${encodeURIComponent('call.failed == true && call.linked == true')}&sel=${encodeURIComponent(call.id)}`, ready: 'aside h2' },
    { name: 'sessions', path: '/sessions', ready: '[role=grid] [role=gridcell]' },
    { name: 'session', path: `/sessions/${encodeURIComponent(sessions[0].id)}`, ready: '[role=treegrid] [role=gridcell]' },
    { name: 'live', path: '/live', ready: 'main h1' },
    { name: 'quality', path: '/quality', ready: 'main h2' },
    { name: 'empty', path: '/calls?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z', ready: 'main .notice' },
    { name: 'missing', path: '/no-such-page', ready: 'main .notice' },
  ]
}

async function read(page, url) {
  const response = await page.request.get(url)
  if (!response.ok()) throw new Error(`GET ${url} answered ${response.status()}: ${(await response.text()).slice(0, 200)}`)
  return response.json()
}
