// Walks every page of a running server the way a person does: by keyboard, in both themes, through a reload.
// CLICKSPAN_E2E_URL is the address to open (with its one-use token, when it needs one); CLICKSPAN_E2E_SHOTS, when set, is a
// directory for screenshots; CLICKSPAN_E2E_BROWSER names another Chromium.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { checkAxe, Report } from './report.mjs'
import { checkKeyboard } from './keyboard.mjs'
import { discoverPages } from './pages.mjs'
import { checkOverview } from './overview.mjs'
import { checkState } from './state.mjs'
import { checkExplorer } from './explorer.mjs'
import { checkBehaviour } from './behaviour.mjs'
import { checkSegments } from './segments.mjs'
import { checkSettings } from './settings.mjs'
import { checkLayout, checkMenu } from './layout.mjs'

const address = process.env.CLICKSPAN_E2E_URL
if (!address) {
  console.error('Set CLICKSPAN_E2E_URL to the address of a running server, for instance the one that `clickspan demo` prints.')
  process.exit(2)
}
const shots = process.env.CLICKSPAN_E2E_SHOTS
if (shots) mkdirSync(shots, { recursive: true })

const browser = await chromium.launch({ executablePath: process.env.CLICKSPAN_E2E_BROWSER ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
const report = new Report()
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: 'Europe/Vienna', colorScheme: 'light' })
  const page = await context.newPage()
  report.watchConsole(page)
  await page.goto(address)
  const origin = new URL(address).origin
  const { pages, range } = await discoverPages(page, origin)
  await page.evaluate(() => localStorage.setItem('clickspan-tour', 'over'))
  for (const target of pages) await checkPage(page, origin, target)
  await checkPhone(context, origin, pages)
  const open = (path) => page.goto(`${origin}${path}?${range}`)
  await checkKeyboard(page, open, report)
  await checkState(page, open, report)
  await checkExplorer(page, open, report)
  await checkBehaviour(page, open, report)
  await checkSegments(page, open, report)
  await checkOverview(page, origin, report)
  await checkSettings(page, origin, range, report)
  await checkLogin(browser, origin)
} finally {
  await browser.close()
}
report.finish()

async function checkPage(page, origin, { name, path, ready, refused = false }) {
  report.expectRefusals(refused)
  await page.goto(origin + path)
  await report.step(`${name}: shows its content`, () => settle(page, ready))
  await report.step(`${name}: a reload gives the same view`, async () => {
    const [url, text] = [page.url(), await contentOf(page)]
    await page.reload()
    await settle(page, ready)
    if (page.url() !== url) throw new Error(`the URL became ${page.url()}`)
    const again = await contentOf(page)
    if (again !== text) throw new Error(`headings were ${text}, became ${again}`)
  })
  for (const scheme of ['light', 'dark']) {
    await report.step(`${name}: axe, ${scheme}`, async () => {
      await setScheme(page, scheme)
      await settle(page, ready)
      await checkAxe(page)
    })
    await keepShot(page, `${name}-1440-${scheme}`)
  }
  await report.step(`${name}: nothing overlaps at 1440 px`, () => checkLayout(page))
  await setScheme(page, 'light')
  report.expectRefusals(false)
}

/** The same pages on a phone, for whoever walks the site on theirs: with the credential of the wide window. */
async function checkPhone(wide, origin, pages) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, timezoneId: 'Europe/Vienna', colorScheme: 'light', hasTouch: true, storageState: await wide.storageState() })
  const page = await context.newPage()
  report.watchConsole(page)
  for (const { name, path, ready, refused = false } of pages) {
    report.expectRefusals(refused)
    await report.step(`${name}: fits a phone, with the menu at hand`, async () => {
      await page.goto(origin + path)
      await settle(page, ready)
      await checkLayout(page)
      await checkMenu(page)
    })
    for (const scheme of shots ? ['dark', 'light'] : []) {
      await setScheme(page, scheme)
      await keepShot(page, `${name}-390-${scheme}`)
    }
    report.expectRefusals(false)
  }
  await context.close()
}

/** Keeps a picture of the whole page, in a window high enough for it. */
async function keepShot(page, name) {
  if (!shots) return
  const window = page.viewportSize()
  const height = await page.evaluate(() => document.documentElement.scrollHeight)
  if (height > window.height) await page.setViewportSize({ ...window, height })
  await page.screenshot({ path: join(shots, `${name}.png`) })
  await page.setViewportSize(window)
}

/** A browser without the cookie is told how to get in; a server opened for tests lets it in at once. */
async function checkLogin(from, origin) {
  const context = await from.newContext()
  const page = await context.newPage()
  const answer = await page.goto(`${origin}/calls`)
  if (answer.status() === 401) {
    await report.step('login: a stranger sees the ways in', async () => {
      await page.getByRole('heading', { name: /does not know this browser/ }).waitFor({ timeout: 10_000 })
      await checkAxe(page)
    })
    await report.step('login: a wrong token is refused with a hint', async () => {
      await page.locator('input[name=token]').fill('wrong')
      await page.getByRole('button', { name: 'Use the token' }).click()
      await page.getByRole('alert').waitFor({ timeout: 5000 })
    })
  }
  await context.close()
}

/** Waits until the page shows what it is for and no longer says that it loads. */
async function settle(page, ready) {
  await page.locator(ready).first().waitFor({ timeout: 20_000 })
  await page.waitForFunction(() => !document.querySelector('main [role=status]'), undefined, { timeout: 20_000 })
}

/** The theme follows Shift+D, as a person changes it. */
async function setScheme(page, scheme) {
  const current = await page.getAttribute('html', 'data-mantine-color-scheme')
  if (current !== scheme) await page.keyboard.press('Shift+D')
  await page.waitForFunction((wanted) => document.documentElement.dataset.mantineColorScheme === wanted, scheme, { timeout: 5000 })
}

async function contentOf(page) {
  return (await page.locator('main :is(h1, h2), main [aria-sort=ascending], main [aria-sort=descending]').allInnerTexts()).join(' | ')
}
