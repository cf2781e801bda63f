import { readFileSync } from 'node:fs'
import { checkLayout } from './layout.mjs'
import { checkAxe } from './report.mjs'

/** A group of people gets a name, every page is about them only, and it goes again. */
export async function checkSegments(page, open, report) {
  const picker = page.getByRole('combobox', { name: 'Whom the page is about' })
  await report.step('segments: a mistake in a condition stands where it is made, and what is right is counted', async () => {
    await open('/segments')
    await page.getByRole('button', { name: 'Or write your own' }).click()
    const filter = page.locator('main').getByRole('combobox', { name: 'Filter' })
    report.expectRefusals(true)
    await filter.pressSequentially('session.faild > 0')
    await page.locator('main [role=alert]', { hasText: 'session.failed' }).waitFor({ timeout: 10_000 })
    await filter.fill('session.actions > 0')
    await page.locator('.segment-found b').first().waitFor({ timeout: 20_000 })
    report.expectRefusals(false)
  })
  await report.step('segments: a proposal becomes a segment, which is then counted and can be chosen', async () => {
    await open('/segments')
    if (await picker.isVisible()) throw new Error('there is a picker before there is a segment')
    await page.getByRole('button', { name: /Take it.*Met a failure/ }).click()
    await page.getByRole('button', { name: 'Create the segment' }).click()
    await page.getByRole('rowheader', { name: /Met a failure/ }).waitFor({ timeout: 10_000 })
    await page.locator('.segment-table td.number', { hasText: /\d/ }).waitFor({ timeout: 20_000 })
    await picker.waitFor({ timeout: 5000 })
    await checkAxe(page)
  })
  await report.step('segments: its file has as many people as it counts', async () => {
    const count = Number((await page.locator('.segment-table td.number').innerText()).replaceAll(',', ''))
    const waiting = page.waitForEvent('download', { timeout: 20_000 })
    await page.getByRole('link', { name: 'People of Met a failure as CSV' }).click()
    const lines = readFileSync(await (await waiting).path(), 'utf8').trim().split('\n')
    if (!lines[0].startsWith('id,') || lines.length !== count + 1) throw new Error(`it counts ${count}, the file has ${lines.length - 1} rows`)
  })
  await report.step('segments: chosen by keyboard, it goes along from page to page, and every question names it', async () => {
    await open('/people')
    await picker.focus()
    await page.keyboard.press('M')
    await page.waitForURL((url) => url.searchParams.get('segment') === 'met-a-failure', { timeout: 5000 })
    const [calls, series] = [page.waitForRequest((request) => request.url().includes('/api/v1/calls?') && request.url().includes('segment=met-a-failure'), { timeout: 15_000 }), page.waitForRequest((request) => request.url().endsWith('/query/paths') && request.postDataJSON().segment === 'met-a-failure', { timeout: 30_000 })]
    await page.getByRole('link', { name: 'Calls', exact: true }).click()
    await calls
    await page.getByRole('link', { name: 'Paths', exact: true }).click()
    await series
    await checkAxe(page)
  })
  await report.step('segments: a page that is about everybody says that the segment does not apply', async () => {
    const asked = []
    const watch = (request) => asked.push(request.url())
    page.on('request', watch)
    await page.getByRole('link', { name: 'Data quality' }).click()
    await page.getByText('does not apply here').waitFor({ timeout: 5000 })
    await page.locator('main h2').first().waitFor({ timeout: 20_000 })
    page.off('request', watch)
    const narrowed = asked.filter((url) => url.includes('segment='))
    if (narrowed.length > 0) throw new Error(`it asked ${narrowed[0]}`)
  })
  await report.step('segments: the chosen one fits a phone', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await checkLayout(page)
    await checkAxe(page)
    await page.setViewportSize({ width: 1440, height: 900 })
  })
  await report.step('segments: everybody is back at once', async () => {
    await open('/people')
    await picker.selectOption({ label: 'Met a failure' })
    await page.getByRole('button', { name: 'Show everybody again' }).click()
    await page.waitForURL((url) => !url.searchParams.has('segment'), { timeout: 5000 })
  })
  await report.step('segments: the filter of a list of people is taken to where it gets a name', async () => {
    await open('/people')
    await page.getByRole('combobox', { name: 'Filter' }).fill('session.signals > 0')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Save as segment' }).click()
    await page.locator('main').getByRole('combobox', { name: 'Filter' }).waitFor({ timeout: 5000 })
    const filter = await page.locator('main').getByRole('combobox', { name: 'Filter' }).inputValue()
    if (filter !== 'session.signals > 0') throw new Error(`the condition is ${filter}`)
  })
  await report.step('segments: it is deleted after a question, and an address that names it says so', async () => {
    await open('/segments')
    await page.getByRole('button', { name: 'Delete Met a failure' }).click()
    await page.getByRole('button', { name: 'Delete it' }).click()
    await page.locator('#no-segment').waitFor({ timeout: 10_000 })
    report.expectRefusals(true)
    await page.goto(`${new URL(page.url()).origin}/people?segment=met-a-failure`)
    await page.getByRole('alert').filter({ hasText: 'met-a-failure' }).waitFor({ timeout: 10_000 })
    report.expectRefusals(false)
  })
}
