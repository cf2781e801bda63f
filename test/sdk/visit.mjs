// A visit to the shop at the given address: two clicks, until they have been sent.
import { launch, userAgent } from './world.mjs'

const browser = await launch()
try {
  const context = await browser.newContext({ userAgent })
  const page = await context.newPage()
  await page.goto(process.argv[2])
  await page.waitForFunction(() => window.clickspan)
  const said = page.waitForResponse((response) => response.url().includes('/intake/browser') && response.request().postData()?.includes('/api/receipts/17'))
  for (const id of ['orders', 'pay']) {
    await page.click(`#${id}`)
    await page.waitForFunction((done) => document.getElementById('status').textContent === done, `${id} done`)
  }
  await said
} finally {
  await browser.close()
}
