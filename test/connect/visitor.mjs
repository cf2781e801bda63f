// A person with a browser, for connect_test.go: takes orders as JSON lines on its standard input and answers each with a line.
//   {"id":1,"visit":URL,"block":"**/clickspan.js"?,"stay":true?}   opens the page, clicks its button, waits for the
//                                                         answer (and stays until the click is told), leaves
//   {"id":2,"open":URL,"as":NAME}                         opens Clickspan's first page, which is Connect, and leaves it open
//   {"id":3,"watch":NAME,"shots":DIR?}                    waits for the four lights there, accepts a goal, opens the first link
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('playwright-core')

// A person's user agent; the headless one is that of a robot.
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })

async function obey(order) {
  let answer
  try {
    answer = { id: order.id, result: await (order.visit ? visit(order) : order.open ? open(order) : watch(order)) }
  } catch (error) {
    answer = { id: order.id, error: error.message }
  }
  console.log(JSON.stringify(answer))
}

const newContext = () => browser.newContext({ userAgent, viewport: { width: 1440, height: 900 } })

async function visit({ visit: url, block, stay }) {
  const context = await newContext()
  const page = await context.newPage()
  if (block) await page.route(block, (route) => route.abort())
  const told = stay && page.waitForRequest((request) => request.url().includes('/intake/browser') && request.postData()?.includes('"click"'))
  await page.goto(url, { waitUntil: 'load' })
  await page.getByRole('button', { name: 'Order' }).click()
  await page.locator('#answer:not(:empty)').waitFor()
  const text = await page.locator('#answer').innerText()
  await told
  // Leaving is when a page sends what is left; closing the browser at once could cut it off.
  // What an extension blocks it blocks then too, which a route does not: beacons outlive their page.
  if (block) await context.setOffline(true)
  await page.goto('about:blank')
  return text
}

const opened = new Map()

async function open({ open: url, as }) {
  const page = await (await newContext()).newPage()
  await page.goto(url)
  await page.waitForURL('**/connect')
  await page.locator('[data-light=page][data-on=false]').waitFor()
  await page.locator('.snippet pre').first().waitFor()
  opened.set(as, page)
  return ''
}

async function watch({ watch: name, shots }) {
  const page = opened.get(name)
  for (const light of ['page', 'click', 'log', 'link']) await page.locator(`[data-light=${light}][data-on=true]`).waitFor()
  if (shots) await shoot(page, shots)
  await page.getByRole('button', { name: 'This counts' }).first().click()
  await page.getByText('Counted: ').waitFor()
  await page.getByRole('link', { name: 'Open its timeline' }).click()
  await page.locator('[role=treegrid] [role=gridcell]').first().waitFor()
  const text = await page.locator('main').innerText()
  await page.context().close()
  return text
}

async function shoot(page, shots) {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 })
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: join(shots, `connect-${width}-${colorScheme}.png`), fullPage: true })
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 })
}

for await (const line of createInterface({ input: process.stdin })) void obey(JSON.parse(line))
await browser.close()
