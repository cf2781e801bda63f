// Walks the explorer's pages over odd data: markup, right-to-left text, emoji and names of 4 kB in every field, 50,000 routes,
// a session of 10,000 rows, and links to what was erased. test/odd_test.go feeds it and starts this.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { checkAxe, Report } from './report.mjs'

const address = process.env.CLICKSPAN_E2E_URL
const shots = process.env.CLICKSPAN_E2E_SHOTS
if (shots) mkdirSync(shots, { recursive: true })
const longVisit = '77777777-2222-4333-8444-555555555555'
const markup = '<img src=x onerror="window.pwned=1">'
const report = new Report()

const browser = await chromium.launch({ executablePath: process.env.CLICKSPAN_E2E_BROWSER ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    const context = await browser.newContext({ viewport: { width, height } })
    const page = await context.newPage()
    report.watchConsole(page)
    for (const target of pages()) await checkPage(page, width, target)
    await context.close()
  }
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  report.watchConsole(page)
  await checkGone(page)
  await checkRoutes(page)
  await checkLongSession(page)
} finally {
  await browser.close()
}
report.finish()

function pages() {
  const query = (search) => new URLSearchParams(search)
  const filter = 'call.request_id.startsWith("r<")'
  const list = [
    { name: 'calls', path: `/calls?${query({ side: 'any', filter, cols: 'time,request,route,error,release,browser' })}`, ready: '[role=grid] [role=gridcell]' },
    { name: 'sessions', path: `/sessions?${query({ filter: 'session.id.startsWith("odd")' })}`, ready: '[role=grid] [role=gridcell]' },
    { name: 'endpoints', path: `/endpoints?${query({ filter })}`, ready: 'main .notice, [role=grid] [role=gridcell]' },
  ]
  for (let i = 0; i < 4; i++) {
    list.push(
      { name: `call ${i}`, path: `/calls?${query({ side: 'any', filter, sel: `odd-call-${i}` })}`, ready: 'aside dl', text: i === 0 ? markup : undefined },
      { name: `timeline ${i}`, path: `/sessions/odd-session-0123456789-${i}?${query({ sel: `e:odd-event-${i}` })}`, ready: 'aside dl', text: i === 0 ? markup : undefined },
    )
  }
  list.push({ name: 'find by a property', path: '/find?q=A-1', ready: 'aside dl' })
  list.push({ name: 'find with markup', path: `/find?${query({ q: markup })}`, ready: 'main .notice', text: markup })
  return list
}

async function checkPage(page, width, { name, path, ready, text }) {
  await report.step(`${name}, ${width} px: readable, and nothing of it ran`, async () => {
    await page.goto(address + path)
    await settle(page, ready)
    if (await page.evaluate(() => 'pwned' in globalThis)) throw new Error('a captured script ran')
    const fits = () => document.documentElement.scrollWidth <= innerWidth
    await page.waitForFunction(fits, undefined, { timeout: 3000 }).catch(() => {}) // what is still being drawn may pass
    const { wide, inner, by } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth, inner: innerWidth,
      by: [...document.querySelectorAll('main *')].findLast((element) => element.getBoundingClientRect().right > innerWidth + 1)?.outerHTML.slice(0, 200),
    }))
    if (wide > inner) throw new Error(`the page is ${wide} px wide because of ${by}`)
    if (text && !(await page.locator('main').innerText()).includes(text)) throw new Error('the markup is not shown as text')
    const bad = await page.evaluate(() => [...document.querySelectorAll('a[href]')].filter((a) => !/^https?:$/.test(a.protocol)).map((a) => a.href))
    if (bad.length > 0) throw new Error(`links that lead to no web page: ${bad}`)
    await checkAxe(page)
    if (shots) await page.screenshot({ path: join(shots, `odd-${name.replaceAll(' ', '-')}-${width}.png`) })
  })
}

/** What a kept link leads to when it is no longer there is said in words, and can be left. */
async function checkGone(page) {
  report.expectRefusals(true)
  for (const [name, path] of [['session', '/sessions/99999999-2222-4333-8444-555555555555'], ['call', '/calls?sel=erased'], ['row', `/sessions/${longVisit}?sel=e:erased`]]) {
    await report.step(`gone: a link to an erased ${name} says so`, async () => {
      await page.goto(address + path)
      await page.getByRole('alert').getByText(`This ${name} is not stored any more.`).waitFor({ timeout: 20_000 })
      await checkAxe(page)
    })
  }
  await report.step('gone: an endpoint nobody calls, and an address that is none', async () => {
    await page.goto(`${address}/endpoints/${encodeURIComponent('nonsense')}`)
    await page.locator('main [role=alert], main .notice').first().waitFor({ timeout: 20_000 })
  })
  await report.step('gone: a project nobody can see', async () => {
    const response = await page.request.get(`${address}/api/v1/calls?project=nobodys`)
    const { detail, hint } = await response.json()
    if (response.status() !== 404 || !detail.includes('nobodys') || !hint) throw new Error(`${response.status()} ${detail} ${hint}`)
  })
  report.expectRefusals(false)
}

async function checkRoutes(page) {
  await report.step('routes: 50,000 endpoints are listed, sorted and filtered', async () => {
    const began = Date.now()
    await page.goto(`${address}/endpoints?sort=-p95`)
    await settle(page, '[role=grid] [role=gridcell]', 60_000)
    console.log(`     50,000 routes shown after ${Date.now() - began} ms, ${await page.locator('[role=grid] [role=row]').count()} rows in the page`)
    if (shots) await page.screenshot({ path: join(shots, 'odd-routes.png') })
  })
  await report.step('routes: the values of a facet stay few', async () => {
    await page.goto(`${address}/calls`)
    await settle(page, '.facets li', 60_000)
    const count = await page.locator('.facets li').count()
    if (count > 200) throw new Error(`${count} values`)
  })
}

async function checkLongSession(page) {
  await report.step('timeline of 10,000 rows: opens on the row of its address', async () => {
    await page.goto(`${address}/sessions/${longVisit}?sel=c:c1499`)
    await settle(page, '[role=treegrid] [role=gridcell]', 60_000)
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-selected') === 'true', undefined, { timeout: 20_000 })
  })
  await report.step('timeline of 10,000 rows: n jumps to the next failure, End to the last row', async () => {
    await page.keyboard.press('n')
    await page.waitForURL((url) => url.searchParams.get('sel') === 'c:c1999', { timeout: 10_000 })
    await page.keyboard.press('p')
    await page.waitForURL((url) => url.searchParams.get('sel') === 'c:c1499', { timeout: 10_000 })
    await page.keyboard.press('Escape')
  })
  await report.step('timeline of 10,000 rows: scrolls with few of them in the page', async () => {
    const seen = await page.evaluate(async () => {
      const box = document.querySelector('.waterfall-scroll')
      const gaps = []
      let last = performance.now()
      let most = 0
      for (let top = 0; top < box.scrollHeight; top += box.scrollHeight / 240) {
        box.scrollTop = top
        await new Promise(requestAnimationFrame)
        const now = performance.now()
        gaps.push(now - last)
        last = now
        most = Math.max(most, box.querySelectorAll('[role=row]').length)
      }
      const count = Number(box.querySelector('[role=treegrid]').getAttribute('aria-rowcount')) - 1
      return { rows: count, drawn: most, frames: gaps.length, worst: Math.max(...gaps), mean: gaps.reduce((a, b) => a + b) / gaps.length }
    })
    const { rows, drawn, frames, worst, mean } = seen
    console.log(`     ${rows} rows, at most ${drawn} drawn; ${frames} frames, mean ${mean.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`)
    if (rows < 10_000) throw new Error(`only ${rows} rows`)
    if (drawn > 120) throw new Error(`${drawn} rows are in the page at once`)
  })
  await report.step('timeline of 10,000 rows: only what went wrong', async () => {
    await page.getByText('Failures, friction').click()
    await page.waitForURL((url) => url.searchParams.get('show') === 'trouble', { timeout: 10_000 })
    await page.waitForFunction(() => Number(document.querySelector('[role=treegrid]')?.getAttribute('aria-rowcount')) < 100, undefined, { timeout: 10_000 })
    if (shots) await page.screenshot({ path: join(shots, 'odd-long-session.png') })
  })
}

async function settle(page, ready, timeout = 20_000) {
  await page.locator(ready).first().waitFor({ timeout })
  await page.waitForFunction(() => !document.querySelector('main [role=status]'), undefined, { timeout })
}
