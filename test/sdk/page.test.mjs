// What the browser SDK does to a page and to the application's own requests, in a real Chromium.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { batches, calls, events, launch, start, until, userAgent } from './world.mjs'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

/** Opens a page in a fresh browser profile and hands over what the intake hears of it. */
function visit(name, attributes, body, options = {}) {
  test(name, async () => {
    const world = await start()
    Object.assign(world, options.world)
    const context = await browser.newContext({ userAgent, ...options.context })
    await options.prepare?.(context)
    const page = await context.newPage()
    const failures = []
    page.on('pageerror', (error) => failures.push(error.message))
    page.on('console', (message) => message.text().includes('Content Security Policy') && failures.push(message.text()))
    try {
      await page.goto(`${world.url}/?attributes=${encodeURIComponent(attributes)}`)
      // Really leaving is left to the tests that are about it: a browser gives a page that goes only so much time, and a busy machine less.
      const leave = () => page.goto('about:blank')
      const finish = () => page.evaluate(() => void dispatchEvent(new Event('pagehide')))
      await body({ world, page, context, leave, finish })
      assert.deepEqual(failures, options.failures ?? [])
    } finally {
      await context.close()
      world.close()
    }
  })
}

/** Does `action` when the button is clicked, clicks it, and waits for the request to `path`. */
async function click(page, world, action, path) {
  await page.evaluate((source) => (window.onPay = () => eval(source)), `(${action})()`)
  await page.click('#pay')
  return until(() => world.requests.find((request) => request.path === path && request.method !== 'OPTIONS'), path)
}

/** Waits until nothing that happens next can be taken for the work of what happened before. */
async function quiet(page) {
  await page.waitForFunction(() => document.readyState === 'complete')
  const now = await page.evaluate(() => performance.now())
  await page.waitForFunction((now) => performance.now() > now + 150, now)
}

describe('links', () => {
  visit('a click carries the calls it caused, directly and in a chain', '', async ({ world, page, finish }) => {
    await click(page, world, () => void fetch('/api/first?secret=1').then(() => fetch('/api/second', { method: 'POST', body: 'x' })), '/api/second')
    await until(() => page.evaluate(() => performance.getEntriesByType('resource').some((entry) => entry.name.endsWith('/api/second'))))
    await finish()
    const { id, action_id, target } = await until(() => events(world, 'click')[0])
    assert.equal(action_id, id)
    assert.deepEqual({ role: target.role, name: target.name, selector: target.selector }, { role: 'button', name: 'Pay # now', selector: '#pay' })
    for (const [path, method] of [['/api/first', 'GET'], ['/api/second', 'POST']]) {
      const call = await until(() => calls(world, path)[0], path)
      const [, trace, span] = world.requests.find((request) => request.path === path).headers.traceparent.split('-')
      assert.equal(call.action_id, id)
      assert.deepEqual([call.method, call.status, call.trace_id, call.span_id], [method, 200, trace, span])
      assert.equal(call.url, world.url + path, 'no query')
      assert.ok(call.duration_us > 0 && call.attributes['timing.wait_us'] > 0, JSON.stringify(call))
      assert.equal(call.response_bytes, 11)
    }
    assert.equal(calls(world, '/api/first')[0].attributes['clickspan.cause'], 'direct')
    const { baggage } = world.requests[0].headers
    assert.equal(baggage, `session.id=${batches(world)[0].session_id},page.id=${events(world)[0].page.id},action.id=${id}`)
  })

  visit('each view tells for how long it was visible', '', async ({ world, page, finish }) => {
    await quiet(page)
    await page.evaluate(() => history.pushState(null, '', '/next'))
    await quiet(page)
    await finish()
    const [first, next] = await until(() => {
      const told = events(world, 'web_vital').filter(({ name }) => name === 'engaged')
      return told.length === 2 && told
    })
    assert.deepEqual([first.page.url, next.page.url], [`${world.url}/`, `${world.url}/next`])
    const upTo = await page.evaluate(() => performance.now())
    for (const { properties } of [first, next]) assert.ok(properties.engaged_ms >= 100 && properties.engaged_ms < upTo, JSON.stringify(properties))
  })

  visit('the load of the page is an action, and its document a call', '', async ({ world, finish, page }) => {
    await page.waitForFunction(() => document.readyState === 'complete')
    await finish()
    const document = await until(() => calls(world, '/')[0])
    const view = events(world, 'page_view')[0]
    assert.deepEqual([document.class, document.status, document.action_id], ['document', 200, view.id])
    assert.equal(view.page.url, `${world.url}/`)
    assert.equal(view.seq, 1)
  })

  visit('polling stays without an action', '', async ({ world, page, finish }) => {
    await page.evaluate(() => void setInterval(() => fetch('/api/poll?ms=30'), 250))
    await until(() => world.requests.length > 4)
    await click(page, world, () => void fetch('/api/mine?ms=700'), '/api/mine')
    await until(() => world.requests.length > 10)
    await finish()
    await until(() => calls(world, '/api/mine')[0])
    assert.ok(calls(world, '/api/mine')[0].action_id)
    const linked = calls(world, '/api/poll').filter((call) => call.action_id && call.attributes['clickspan.cause'] === 'chain')
    assert.deepEqual(linked, [])
    assert.ok(calls(world, '/api/poll').length > 8)
  })

  visit('XMLHttpRequest is followed too', '', async ({ world, page, finish }) => {
    await click(page, world, () => {
      const xhr = new XMLHttpRequest()
      xhr.open('put', '/api/xhr?status=503')
      xhr.setRequestHeader('baggage', 'own=1')
      xhr.onload = () => (document.getElementById('out').textContent = 'done')
      xhr.send('{}')
    }, '/api/xhr')
    await page.waitForFunction(() => document.getElementById('out').textContent === 'done')
    await finish()
    const call = await until(() => calls(world, '/api/xhr')[0])
    assert.deepEqual([call.method, call.status, call.action_id], ['PUT', 503, events(world, 'click')[0].id])
    const { headers } = world.requests[0]
    assert.equal(headers.traceparent.split('-')[1], call.trace_id)
    assert.match(headers.baggage, /^own=1, session\.id=/)
  })

  visit('the trace that a server names in Server-Timing is read', '', async ({ world, page, finish }) => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    await page.evaluate(async ([trace, other]) => {
      await (await fetch(`/api/own?trace=${trace}`)).text()
      await (await fetch(`${other}/api/other?trace=${trace}`)).text()
    }, [trace, world.other])
    await finish()
    for (const path of ['/api/own', '/api/other']) assert.equal((await until(() => calls(world, path)[0])).server_trace_id, trace, path)
  })
})

describe("the application's own requests", () => {
  const foreign = '00-11111111111111111111111111111111-2222222222222222-01'

  visit("another tracer's header is kept: fetch, Request, XMLHttpRequest", '', async ({ world, page, finish }) => {
    await page.evaluate(async (traceparent) => {
      await fetch('/api/fetch', { headers: { traceparent, 'x-own': '1' } })
      await fetch(new Request('/api/request', { headers: { traceparent, 'x-own': '1' } }))
      await new Promise((resolve) => {
        const xhr = new XMLHttpRequest()
        xhr.open('GET', '/api/xhr')
        xhr.setRequestHeader('TraceParent', traceparent)
        xhr.onloadend = resolve
        xhr.send()
      })
    }, foreign)
    await finish()
    for (const path of ['/api/fetch', '/api/request', '/api/xhr']) {
      const call = await until(() => calls(world, path)[0], path)
      assert.equal(world.requests.find((request) => request.path === path).headers.traceparent, foreign, path)
      assert.deepEqual([call.trace_id, call.span_id], foreign.split('-').slice(1, 3), path)
    }
  })

  visit('whatever way a request is made, it arrives as it was made', '', async ({ world, page }) => {
    const seen = await page.evaluate(async () => {
      const init = Object.create({ method: 'POST', body: 'inherited' })
      Object.defineProperty(init, 'headers', { value: { 'x-own': 'hidden' }, enumerable: false })
      await fetch('/api/inherited', init)
      await fetch('/api/frozen', Object.freeze({ method: 'POST', body: 'frozen', headers: Object.freeze([['x-own', 'a']]) }))
      class Options {
        #method = 'PATCH'
        get method() { return this.#method }
        get body() { return 'private' }
      }
      await fetch('/api/private', new Options())
      const request = new Request('/api/request', { method: 'POST', body: 'of a request', headers: { 'x-own': 'r' }, referrer: '', cache: 'no-store' })
      await fetch(request)
      const used = request.bodyUsed
      await fetch(new Request('/api/replaced', { headers: { 'x-own': 'old' } }), { headers: { 'x-own': 'new' } })
      await fetch(new URL('/api/url', location.href))
      await fetch('/api/form', { method: 'POST', body: new URLSearchParams({ a: '1' }) })
      const wrong = await fetch('http://[').catch((error) => error.name)
      const twice = await fetch(request).catch((error) => error.name)
      return { used, wrong, twice }
    })
    assert.deepEqual(seen, { used: true, wrong: 'TypeError', twice: 'TypeError' })
    const came = Object.fromEntries(world.requests.map(({ path, method, body, headers }) => [path.slice(5), [method, body, headers['x-own']]]))
    assert.deepEqual(came, {
      inherited: ['POST', 'inherited', 'hidden'],
      frozen: ['POST', 'frozen', 'a'],
      private: ['PATCH', 'private', undefined],
      request: ['POST', 'of a request', 'r'],
      replaced: ['GET', '', 'new'],
      url: ['GET', '', undefined],
      form: ['POST', 'a=1', undefined],
    })
    const { headers } = world.requests.find(({ path }) => path === '/api/request')
    assert.equal(headers.referer, undefined, 'the referrer of a Request stays what it was')
    assert.equal(headers['cache-control'], 'no-cache')
    assert.equal(world.requests.find(({ path }) => path === '/api/form').headers['content-type'], 'application/x-www-form-urlencoded;charset=UTF-8')
    for (const { path, headers } of world.requests) assert.ok(headers.traceparent, path)
  })

  visit('a body that streams is handed on unread', '', async ({ page }) => {
    // Browsers stream over HTTP/2 only; over HTTP/1.1 they refuse, and must refuse with the SDK in the same way as without.
    const [withSdk, without] = await page.evaluate(async () => {
      const frame = document.body.appendChild(document.createElement('iframe'))
      const attempt = async (fetch, Request) => {
        const body = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('streamed')); c.close() } })
        const request = new Request(`${location.origin}/api/stream`, { method: 'POST', body, duplex: 'half' })
        const error = await fetch(request).catch((e) => `${e.name}: ${e.message}`)
        return [error, request.bodyUsed]
      }
      return [await attempt(fetch, Request), await attempt(frame.contentWindow.fetch, frame.contentWindow.Request)]
    })
    assert.deepEqual(withSdk, without)
  })

  visit('aborts, timeouts and failures end as they would, and are told apart', '', async ({ world, page, finish }) => {
    const outcomes = await page.evaluate(async (other) => {
      const name = (promise) => promise.catch((error) => error.name ?? String(error))
      const controller = new AbortController()
      const aborted = name(fetch('/api/aborted?ms=5000', { signal: controller.signal }))
      const because = new AbortController()
      const reason = name(fetch('/api/reason?ms=5000', { signal: because.signal }))
      setTimeout(() => { controller.abort(); because.abort('changed my mind') }, 50)
      const xhr = (path, prepare) => new Promise((resolve) => {
        const it = new XMLHttpRequest()
        it.open('GET', path)
        it.onloadend = () => resolve(it.status)
        it.send()
        prepare(it)
      })
      return Promise.all([
        aborted, reason,
        name(fetch('/api/timeout?ms=5000', { signal: AbortSignal.timeout(50) })),
        name(fetch('http://localhost:9/api/refused')),
        name(fetch(`${other}/api/cors?nocors`)),
        xhr('/api/xhr-aborted?ms=5000', (it) => setTimeout(() => it.abort(), 50)),
        xhr('/api/xhr-timeout?ms=5000', (it) => (it.timeout = 50)),
      ])
    }, world.other)
    assert.deepEqual(outcomes, ['AbortError', 'changed my mind', 'TimeoutError', 'TypeError', 'TypeError', 0, 0])
    await finish()
    await until(() => calls(world, '/api/xhr-timeout')[0])
    const errors = Object.fromEntries(calls(world).filter((call) => call.error).map((call) => [new URL(call.url).pathname.slice(5), call.error]))
    assert.deepEqual(errors, {
      aborted: 'abort', reason: 'abort', timeout: 'timeout', refused: 'network', cors: 'network', 'xhr-aborted': 'abort', 'xhr-timeout': 'timeout',
    })
    for (const call of calls(world)) if (call.error) assert.equal(call.status, undefined)
  })

  visit('an unhandled failure of a request is still reported to the page', '', async ({ page }) => {
    const reported = await page.evaluate(() => new Promise((resolve) => {
      addEventListener('unhandledrejection', (event) => { event.preventDefault(); resolve(event.reason.name) })
      void fetch('http://localhost:9/')
    }))
    assert.equal(reported, 'TypeError')
  })

  visit('other origins get headers only where they are listed', 'data-trace-hosts="listed.example, *.never.example"', async ({ world, page, finish }) => {
    await page.evaluate((other) => fetch(`${other}/api/unlisted`), world.other)
    await finish()
    const call = await until(() => calls(world, '/api/unlisted')[0])
    assert.deepEqual([call.status, call.trace_id], [200, undefined])
    assert.equal(world.requests.length, 1, 'no preflight')
    assert.equal(world.requests[0].headers.traceparent, undefined)
    assert.equal(world.requests[0].headers.baggage, undefined)
  })

  test('a listed origin gets both headers', async () => {
    const world = await start()
    const context = await browser.newContext({ userAgent })
    const page = await context.newPage()
    await page.goto(`${world.url}/?attributes=${encodeURIComponent(`data-trace-hosts="${new URL(world.other).host}"`)}`)
    await page.evaluate((other) => fetch(`${other}/api/listed`), world.other)
    const [preflight, request] = world.requests
    assert.equal(preflight.method, 'OPTIONS')
    assert.match(request.headers.traceparent, /^00-[\da-f]{32}-[\da-f]{16}-01$/)
    assert.match(request.headers.baggage, /^session\.id=[\da-f]{32},page\.id=/)
    await context.close()
    world.close()
  })

  visit('the sampled flag is a rate of visits', 'data-sample="0.000001"', async ({ world, page }) => {
    await page.evaluate(() => fetch('/api/a'))
    assert.match(world.requests[0].headers.traceparent, /-00$/)
  })

  visit('a traced request costs less than a millisecond', '', async ({ page }) => {
    const cost = await page.evaluate(async () => {
      const frame = document.body.appendChild(document.createElement('iframe'))
      const plain = frame.contentWindow.fetch.bind(window)
      const once = (fetch) => {
        const begun = performance.now()
        void fetch('/api/cost').catch(() => {})
        return performance.now() - begun
      }
      const rounds = 200
      const sums = [0, 0]
      for (let i = -20; i < rounds; i++) {
        const both = [once(fetch), once(plain)]
        if (i >= 0) both.forEach((ms, n) => (sums[n] += ms))
        if (i % 10 === 0) await fetch('/api/cost')
      }
      return { traced: sums[0] / rounds, plain: sums[1] / rounds }
    })
    console.log(`    fetch returns after ${cost.traced.toFixed(3)} ms traced, ${cost.plain.toFixed(3)} ms plain: ${(cost.traced - cost.plain).toFixed(3)} ms per traced request`)
    assert.ok(cost.traced - cost.plain < 1)
  })
})

describe('evidence', () => {
  visit('rage, dead, and neither', '', async ({ world, page }) => {
    await page.click('#quiet', { clickCount: 5 }) // at once: a busy machine would leave pauses between five of them
    await until(() => events(world, 'click').length === 5)
    const clicks = events(world, 'click')
    assert.deepEqual(clicks.map(({ properties }) => properties['clickspan.rage']), [undefined, undefined, undefined, 4, 5])
    assert.ok(clicks.every(({ properties }) => properties['clickspan.dead'] === true))
    await page.evaluate(() => document.getElementById('box').addEventListener('click', () => (document.getElementById('out').textContent = 'seen')))
    await page.click('#box')
    await page.click('#link')
    await page.click('#label')
    await page.click('#text', { clickCount: 3, delay: 60 })
    await page.mouse.click(1000, 500)
    await until(() => events(world, 'click').length >= 11)
    const later = events(world, 'click').slice(5)
    assert.deepEqual(later.filter(({ properties }) => properties['clickspan.dead'] || properties['clickspan.rage']), [])
    assert.equal(later.filter(({ target }) => target.selector === '#agree').length, 1, 'a label and its field are one click')
  })

  visit('what answers the press answers its click; the next click is judged anew', '', async ({ world, page }) => {
    await page.evaluate(() => document.getElementById('box').addEventListener('pointerdown', () => (document.getElementById('out').textContent = 'open'), { once: true }))
    await page.click('#box', { delay: 60 })
    await page.click('#box', { delay: 60 })
    await until(() => events(world, 'click').length === 2)
    assert.deepEqual(events(world, 'click').map(({ properties }) => properties['clickspan.dead']), [undefined, true])
  })

  visit('a click whose calls fail without a word is dead, one that waits for its call is not', '', async ({ world, page }) => {
    await click(page, world, () => void fetch('/api/slow?ms=3200').then(() => (document.getElementById('out').textContent = 'at last')), '/api/slow')
    const [slow] = await until(() => events(world, 'click').length === 1 && events(world, 'click'))
    assert.equal(slow.properties['clickspan.dead'], undefined)
    await click(page, world, () => void fetch('/api/failed?status=500'), '/api/failed')
    const failed = await until(() => events(world, 'click')[1])
    assert.equal(failed.properties['clickspan.dead'], true)
    assert.equal(calls(world, '/api/failed')[0].action_id, failed.id)
  })

  visit('errors, without what they quote', '', async ({ world, page, finish }) => {
    await page.evaluate(() => {
      setTimeout(function pay() { throw new TypeError('bob@example.com has 12345 in "a long quotation of what was typed"') })
      void Promise.reject(new RangeError('too far'))
      void Promise.reject('a text')
    })
    await finish()
    await until(() => events(world, 'error').length === 3)
    const [rejected, text, thrown] = events(world, 'error').sort((a, b) => a.name.localeCompare(b.name) && 0)
    const found = Object.fromEntries([rejected, text, thrown].map(({ name, properties }) => [name, properties.message]))
    assert.deepEqual(found, { RangeError: 'too far', Error: 'a text', TypeError: '… has # in "…"' })
    const { stack } = events(world, 'error').find(({ name }) => name === 'TypeError').properties
    assert.match(stack, /^\s+at pay \(.*:\d+:\d+\)/)
    assert.doesNotMatch(stack, /bob/)
  }, { failures: ['bob@example.com has 12345 in "a long quotation of what was typed"', 'too far', 'a text'] })

  visit('five web vitals', '', async ({ world, page }) => {
    await page.click('#box')
    // The click counts with the paint that answers it; then the person looks elsewhere.
    await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(painted)))))
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    })
    const vitals = () => events(world, 'web_vital').filter(({ name }) => name !== 'engaged')
    await until(() => vitals().length === 5)
    assert.deepEqual(vitals().map(({ name }) => name).sort(), ['CLS', 'FCP', 'INP', 'LCP', 'TTFB'])
    for (const { properties } of vitals()) assert.ok(properties.value >= 0 && properties.rating)
  })
})

describe('privacy', () => {
  visit('nothing that was typed, no title, no query, no personal text', '', async ({ world, page, finish }) => {
    await page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', `<button id="odd" aria-label="&lt;img src=x onerror=alert(1)&gt; 😀😀 مرحبا ${'x'.repeat(60)}"></button>
        <button id="mail">Write to bob@example.com</button><div data-clickspan="Plan card"><button id="named">Secret 1</button></div>
        <div data-clickspan-ignore><button id="ignored">Ignored</button></div><button id="emoji">🛒 سلة</button>`)
      window.onSend = () => fetch('/api/send?token=secret', { method: 'POST', body: 'secret' })
      history.pushState({}, '', '/people/7?token=secret&utm_source=mail#secret')
    })
    await page.locator('#email').pressSequentially('secret@example.com')
    await page.locator('[name=password]').pressSequentially('secret')
    await page.click('#send')
    for (const id of ['odd', 'mail', 'named', 'ignored', 'emoji']) await page.click(`#${id}`)
    await finish()
    await until(() => events(world, 'click').length === 5)
    const sent = world.bodies.join('\n')
    assert.doesNotMatch(sent, /secret|Secret|bob|Some text|not a button/)
    const names = events(world, 'click').map(({ target }) => target.name)
    assert.deepEqual(names, ['Send', `<img src=x onerror=alert(#)> 😀😀 مرحبا x…`, 'Write to …', 'Plan card', '🛒 سلة'])
    const change = events(world, 'change').map(({ target }) => [target.role, target.selector])
    assert.deepEqual(change, [['textbox', '#email'], ['textbox', '#form>input:nth-of-type(2)[name=password]']].map(([role, selector]) => [role, selector === '#email' ? selector : '#form>input[name=password]']))
    const route = events(world, 'route_change')[0]
    assert.equal(route.page.url, `${world.url}/people/7?utm_source=mail`)
    const send = calls(world, '/api/send')[0]
    assert.equal(send.action_id, events(world, 'click').find(({ target }) => target.selector === '#send').id, 'the click on its button is the action of a submit')
    assert.equal(events(world, 'submit').length, 1)
  })

  visit('pending: nothing leaves and nothing is stored until the person decides', 'data-consent="pending"', async ({ world, page, finish }) => {
    await click(page, world, () => void fetch('/api/early'), '/api/early')
    assert.match(world.requests[0].headers.traceparent, /^00-/)
    assert.equal(world.requests[0].headers.baggage, undefined, 'no id of the visit before consent')
    assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0)
    assert.equal(world.asked, undefined)
    await page.evaluate(() => window.clickspan.consent('granted'))
    await page.evaluate(() => fetch('/api/late'))
    assert.match(world.requests[1].headers.baggage, /^session\.id=/)
    await finish()
    await until(() => calls(world, '/api/early')[0] && calls(world, '/api/late')[0])
    assert.ok(batches(world).every(({ consent, device_id }) => consent === 'granted' && device_id))
    assert.equal(new Set(batches(world).map(({ session_id }) => session_id)).size, 1)
  })

  visit('pending, then granted on the next page, goes on with the visit', 'data-consent="pending"', async ({ world, page }) => {
    await page.evaluate(() => window.clickspan.consent('granted'))
    const first = await until(() => batches(world)[0])
    await page.reload()
    await page.evaluate(() => window.clickspan.consent('granted'))
    const second = await until(() => batches(world).find((batch) => batch.page.id !== first.page.id && batch.events.some(({ kind }) => kind === 'page_view')))
    assert.deepEqual([second.session_id, second.device_id], [first.session_id, first.device_id])
  })

  visit('denied: everything is forgotten and no header is added', '', async ({ world, page, leave }) => {
    await until(() => batches(world)[0])
    const asked = world.asked
    await page.evaluate(() => window.clickspan.consent('denied'))
    assert.equal(await page.evaluate(() => localStorage.length), 0)
    await click(page, world, () => void fetch('/api/after'), '/api/after')
    assert.equal(world.requests[0].headers.traceparent, undefined)
    assert.equal(world.requests[0].headers.baggage, undefined)
    await leave()
    assert.equal(world.asked, asked)
  })

  for (const [name, objection] of [['Global Privacy Control', 'globalPrivacyControl'], ['Do Not Track', 'doNotTrack']]) {
    visit(`${name}: nothing is recorded, whatever the page says`, 'data-ui="https://clickspan.example"', async ({ world, page, leave }) => {
      await page.evaluate(() => window.clickspan.consent('granted'))
      await click(page, world, () => void fetch('/api/a'), '/api/a')
      await page.evaluate(() => { window.clickspan.track('x'); window.clickspan.identify('u') })
      assert.equal(world.requests[0].headers.traceparent, undefined)
      assert.equal(await page.evaluate(() => window.clickspan.sessionUrl()), undefined)
      assert.equal(await page.evaluate(() => localStorage.length), 0)
      await leave()
      assert.equal(world.asked, undefined)
    }, { prepare: (context) => context.addInitScript((objection) => Object.defineProperty(Navigator.prototype, objection, { get: () => (objection === 'doNotTrack' ? '1' : true) }), objection) })
  }
})

describe('delivery', () => {
  visit('offline, then online', '', async ({ world, page, context }) => {
    await until(() => batches(world)[0])
    const before = world.bodies.length
    await context.setOffline(true)
    await page.evaluate(() => window.clickspan.track('while offline'))
    await page.click('#box')
    await context.setOffline(false)
    await until(() => events(world, 'custom')[0])
    assert.ok(world.bodies.length > before)
    assert.equal(events(world, 'custom')[0].name, 'while offline')
  })

  visit('left while offline: the next page sends it', '', async ({ world, page, context }) => {
    await until(() => batches(world)[0])
    await context.setOffline(true)
    await page.evaluate(() => window.clickspan.track('before the tunnel'))
    await page.goto('about:blank')
    await context.setOffline(false)
    await page.goto(world.url)
    await until(() => events(world, 'custom')[0])
  })

  visit('a server that is down is asked again, and each record has one id and one number', '', async ({ world, page }) => {
    await until(() => batches(world)[0])
    world.intake = { status: 503, headers: { 'retry-after': '1' } }
    const asked = world.asked
    await page.evaluate(() => { for (let i = 0; i < 60; i++) window.clickspan.track(`event ${i}`) })
    await until(() => world.asked > asked)
    world.intake = { status: 200, headers: {} }
    await until(() => events(world, 'custom').length === 60)
    const all = events(world).filter(({ page }) => page.id === events(world)[0].page.id)
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
    assert.deepEqual(all.map(({ seq }) => seq), all.map((_, i) => i + 1))
  })

  visit('a wrong key is said once and asked no more', '', async ({ world, page, leave }) => {
    const said = page.waitForEvent('console', (message) => message.text().startsWith('clickspan: 401'))
    await said
    const asked = world.asked
    await page.evaluate(() => window.clickspan.track('x'))
    await leave()
    assert.equal(world.asked, asked)
  }, { world: { intake: { status: 401, headers: {} } } })

  visit('what is under way when the page is left is an abort', '', async ({ world, page, leave }) => {
    await click(page, world, () => void fetch('/api/unfinished?ms=10000').catch(() => {}), '/api/unfinished')
    await leave()
    const call = await until(() => calls(world, '/api/unfinished')[0])
    assert.equal(call.error, 'abort')
    assert.ok(events(world, 'click')[0], 'the click came along')
  })

  visit('routes of a single-page application are pages of their own', '', async ({ world, page, finish }) => {
    await page.evaluate(() => history.replaceState({}, '', location.href))
    await quiet(page)
    await page.evaluate(() => history.pushState({}, '', '/orders'))
    await click(page, world, () => { history.pushState({}, '', '/orders/17'); void fetch('/api/orders/17') }, '/api/orders/17')
    await quiet(page)
    await page.goBack()
    await quiet(page)
    await page.evaluate(() => (location.hash = '#/inside'))
    await finish()
    await until(() => events(world, 'route_change').length === 4)
    const routes = events(world, 'route_change')
    assert.deepEqual(routes.map((e) => e.page.url.slice(world.url.length)), ['/orders', '/orders/17', '/orders', '/orders#/inside'])
    assert.deepEqual(routes.map((e) => e.page.referrer?.slice(world.url.length)), ['/', '/orders', '/orders/17', '/orders'])
    assert.equal(new Set(events(world).map((e) => e.page.id)).size, 5)
    assert.deepEqual(routes.map((e) => Boolean(e.action_id)), [true, false, true, true], 'a route that a click led to is no action of its own')
    assert.equal(calls(world, '/api/orders/17')[0].action_id, events(world, 'click')[0].id)
    for (const { page } of routes) assert.equal(Math.min(...events(world).filter((e) => e.page.id === page.id).map((e) => e.seq)), 1)
  })

  visit('sign-in, session address, sign-out', 'data-ui="https://clickspan.example/" data-release="2.4.0"', async ({ world, page, finish }) => {
    const [url, other] = await page.evaluate(() => {
      window.clickspan.identify('u1', { accountId: 'acme' })
      const url = window.clickspan.sessionUrl()
      window.clickspan.reset()
      window.clickspan.track('afterwards', { plan: 'pro' })
      return [url, window.clickspan.sessionUrl()]
    })
    await finish()
    const { batch, kind } = await until(() => events(world, 'identify')[0])
    assert.deepEqual([kind, batch.user_id, batch.account_id, batch.release], ['identify', 'u1', 'acme', '2.4.0'])
    assert.equal(url, `https://clickspan.example/sessions/${batch.session_id}`)
    assert.notEqual(url, other)
    const after = await until(() => events(world, 'custom')[0])
    assert.deepEqual([after.name, after.properties, after.batch.user_id], ['afterwards', { plan: 'pro' }, undefined])
    assert.notEqual(after.batch.device_id, batch.device_id)
  })

  visit("works under script-src 'self'; connect-src 'self', and moves nothing on the page", '', async ({ world, page, leave }) => {
    await page.evaluate(() => fetch('/api/a'))
    await leave()
    await until(() => calls(world, '/api/a')[0] && events(world, 'web_vital').find(({ name }) => name === 'CLS'))
    assert.equal(events(world, 'web_vital').find(({ name }) => name === 'CLS').properties.value, 0)
  }, { world: { csp: "script-src 'self'; connect-src 'self'" } })
})
