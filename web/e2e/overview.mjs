import { checkAxe } from './report.mjs'

const day = 86_400_000

/** The first screen and the frame around it: a goal that is set appears and opens, old data offers its own range, a phone has a menu. */
export async function checkOverview(page, origin, report) {
  await report.step('overview: a range without data is offered the day with data, when the data is old', async () => {
    const { store } = await (await page.request.get(`${origin}/api/v1/system`)).json()
    await page.goto(`${origin}/calls`)
    await page.locator('main h1').first().waitFor()
    const offer = page.getByRole('button', { name: 'Show the day before that' })
    if (Date.now() - Date.parse(store.to) < day) return expectCount(offer, 0)
    await offer.click()
    await page.waitForURL((url) => url.searchParams.has('from') && url.searchParams.has('to'), { timeout: 5000 })
    await page.locator('[role=grid] [role=gridcell]').first().waitFor({ timeout: 10_000 })
    await expectCount(offer, 0)
  })
  await report.step('overview: a goal that is set appears, and its number opens what it counts', async () => {
    const made = await page.request.post(`${origin}/api/v1/goals`, { data: { name: 'Any page seen', step: { page: '/**' } } })
    if (!made.ok()) throw new Error(`the goal was answered with ${made.status()}: ${await made.text()}`)
    const { id } = await made.json()
    await page.goto(origin)
    const goals = page.getByRole('region', { name: 'Goals today' })
    await goals.getByRole('link', { name: 'Any page seen' }).click()
    await page.waitForURL((url) => url.pathname === `/goals/${id}`, { timeout: 5000 })
    await page.getByRole('heading', { name: /^Any page seen/ }).waitFor({ timeout: 10_000 })
    await checkAxe(page)
    const removed = await page.request.delete(`${origin}/api/v1/goals/${id}`)
    if (!removed.ok()) throw new Error(`the goal cannot be removed: ${removed.status()}`)
  })
  await report.step('overview: a phone has a menu, which closes when a page is chosen', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(origin)
    await page.locator('main h1').first().waitFor()
    await expectNarrow(page)
    const link = page.getByRole('link', { name: 'Sessions', exact: true })
    if (await link.isVisible()) throw new Error('the menu is open before anybody asked for it')
    await page.getByRole('button', { name: 'Open the menu' }).click()
    await checkAxe(page)
    await link.click()
    await page.waitForURL((url) => url.pathname === '/sessions', { timeout: 5000 })
    await link.waitFor({ state: 'hidden', timeout: 5000 })
    await page.setViewportSize({ width: 1440, height: 900 })
  })
}

async function expectCount(locator, wanted) {
  const count = await locator.count()
  if (count !== wanted) throw new Error(`there are ${count} of ${locator}, not ${wanted}`)
}

async function expectNarrow(page) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  if (width > 390) throw new Error(`the page is ${width} px wide on a phone of 390`)
}
