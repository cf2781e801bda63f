// Makes the pictures of the documentation, 1440 px wide, light. `make screenshots` runs it: CLICKSPAN_E2E_SHOP is a demo in which
// something fails, CLICKSPAN_E2E_VISITS a server with the real recording, CLICKSPAN_E2E_SHOTS the directory for the pictures.
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const { CLICKSPAN_E2E_SHOP: shop, CLICKSPAN_E2E_VISITS: visits, CLICKSPAN_E2E_SHOTS: shots } = process.env
// A visit of the recording in which an article was written, from the page of the editor on.
const visit = 'cad62695-0dec-4b41-a9ad-17066be69d36'
const range = new URLSearchParams({ from: '2026-11-23T02:30:00Z', to: '2026-11-23T02:50:00Z' })

const browser = await chromium.launch({ executablePath: process.env.CLICKSPAN_E2E_BROWSER ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 860 }, colorScheme: 'light', reducedMotion: 'reduce' })
  await page.addInitScript(() => localStorage.setItem('clickspan-tour', 'over'))
  const take = async (name, url, ready, prepare) => {
    await page.goto(url)
    await page.locator(ready).first().waitFor({ timeout: 60_000 })
    await page.waitForFunction(() => !document.querySelector('main [role=status]') && !document.querySelector('main').innerText.includes('Being worked out'), undefined, { timeout: 120_000 })
    await page.evaluate(() => document.fonts.ready)
    // The CSP allows no style sheet of ours; a property of an element is another matter.
    await page.evaluate(() => document.querySelector('.demo')?.style.setProperty('visibility', 'hidden'))
    await prepare?.()
    await page.screenshot({ path: join(shots, `${name}.png`) })
    console.log(`${name}.png`)
  }
  await take('timeline', `${visits}/sessions/${visit}?${range}`, '[role=treegrid] [role=gridcell]', async () => {
    const row = page.locator('[role=treegrid] [role=row]', { has: page.locator('.label[title="/editor"]') }).first()
    await row.evaluate((element) => {
      element.closest('.waterfall-scroll').scrollTop = 24 * (element.ariaRowIndex - 2)
    })
  })

  await take('overview', `${shop}/?from=12h`, 'main .uplot')
  const { now } = await (await page.request.get(`${shop}/api/v1/overview`)).json()
  const { endpoint, example } = now.trouble
  await take('endpoint', `${shop}/endpoints/${encodeURIComponent(endpoint.id)}?from=12h`, 'main .uplot')
  const failed = new URLSearchParams({ filter: `call.route == "${endpoint.route}"`, side: 'any', from: '1h', sel: example.call_id })
  await take('calls', `${shop}/calls?${failed}`, 'aside.panel dl')
  await take('connect', `${shop}/connect`, 'main h1')
} finally {
  await browser.close()
}
