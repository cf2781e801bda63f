// An application, another origin and an intake that takes notes, and a real Chromium: what the tests of the browser SDK run in.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../web/package.json', import.meta.url))
const { chromium } = require('playwright-core')
const script = readFileSync(new URL('../../sdk/js/dist/clickspan.js', import.meta.url))

/** A person's browser: the SDK's server marks headless ones as automation. */
export const userAgent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

export const launch = () => chromium.launch({ executablePath: process.env.CLICKSPAN_E2E_BROWSER ?? '/usr/bin/chromium', args: ['--no-sandbox'] })

const page = (attributes) => `<!doctype html><meta charset="utf-8"><title>Secret title</title>
<script defer src="/_cs/clickspan.js" data-key="k" ${attributes}></script>
<script defer src="/app.js"></script>
<body>
<button id="pay">Pay 49.90 now</button>
<button id="quiet">Nothing</button>
<div id="box" style="width:200px;height:80px;background:#ddd">not a button</div>
<a id="link" href="#top">To the top</a>
<label id="label">Agree <input id="agree" type="checkbox"></label>
<form id="form"><input id="email" name="email"><input type="password" name="password"><button id="send">Send</button></form>
<p id="text">Some text to select, long enough for a few clicks.</p>
<p id="out"></p>`

// What an application does: tests choose by window.onPay what the button does.
const app = `
document.getElementById('pay').addEventListener('click', () => window.onPay?.())
document.getElementById('form').addEventListener('submit', (e) => { e.preventDefault(); window.onSend?.() })
`

/** Starts the servers. `requests` is what reached the application and the other origin, `bodies` what reached the intake. */
export async function start() {
  const world = { requests: [], bodies: [], intake: { status: 200, headers: {} }, csp: undefined }
  const answer = async (request, response) => {
    const url = new URL(request.url, 'http://x')
    let body = ''
    for await (const chunk of request) body += chunk
    response.setHeader('timing-allow-origin', '*')
    if (url.pathname === '/_cs/clickspan.js') return response.setHeader('content-type', 'text/javascript').end(script)
    if (url.pathname === '/_cs/intake/browser') {
      if (world.intake.status === 200) world.bodies.push(body)
      world.asked = (world.asked ?? 0) + 1
      return response.writeHead(world.intake.status, world.intake.headers).end('{}')
    }
    if (url.pathname === '/app.js') return response.setHeader('content-type', 'text/javascript').end(app)
    if (url.pathname.startsWith('/api/')) {
      world.requests.push({ method: request.method, path: url.pathname, headers: request.headers, body })
      if (url.searchParams.has('trace')) response.setHeader('server-timing', `traceparent;desc="00-${url.searchParams.get('trace')}-00f067aa0ba902b7-01"`)
      const origin = request.headers.origin
      if (origin && !url.searchParams.has('nocors')) {
        response.setHeader('access-control-allow-origin', origin)
        response.setHeader('access-control-allow-headers', 'traceparent,baggage,x-own,content-type')
      }
      if (request.method === 'OPTIONS') return response.writeHead(204).end()
      const ms = Number(url.searchParams.get('ms') ?? 0)
      return setTimeout(() => response.writeHead(Number(url.searchParams.get('status') ?? 200), { 'content-type': 'application/json' }).end('{"ok":true}'), ms)
    }
    if (world.csp) response.setHeader('content-security-policy', world.csp)
    response.setHeader('content-type', 'text/html').end(page(url.searchParams.get('attributes') ?? ''))
  }
  const listen = () => new Promise((resolve) => {
    // A request that the leaving page cuts off has no answer.
    const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
  const [first, second] = [await listen(), await listen()]
  world.url = `http://127.0.0.1:${first.address().port}`
  world.other = `http://localhost:${second.address().port}`
  world.close = () => [first, second].forEach((server) => { server.closeAllConnections(); server.close() })
  return world
}

/** Every batch that came, with its records. */
export const batches = (world) => world.bodies.flatMap((body) => body.split('\n').map((line) => JSON.parse(line)))

export const events = (world, kind) => batches(world).flatMap((batch) => batch.events.map((event) => ({ ...event, page: batch.page, batch }))).filter((event) => !kind || event.kind === kind)

export const calls = (world, path) =>
  batches(world).flatMap((batch) => batch.calls.map((call) => ({ ...call, batch }))).filter((call) => !path || new URL(call.url).pathname === path)

/** Returns what `find` finds as soon as it finds something. */
export async function until(find, what) {
  const patience = Date.now() + 60_000
  for (;;) {
    const found = await find()
    if (found) return found
    if (Date.now() > patience) throw new Error(`this did not happen in a minute: ${what ?? find}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
