import { readFileSync } from 'node:fs'

/** How a product manager asks: by building a question and watching its answer. */
export async function checkBehaviour(page, open, report) {
  await report.step('funnels: one is proposed, a step is added, moved and taken away, and the URL keeps it', async () => {
    await open('/funnels')
    await page.locator('.funnel li').first().waitFor({ timeout: 20_000 })
    const steps = page.getByRole('list', { name: 'Steps' }).getByRole('listitem')
    const before = await steps.count()
    await page.getByRole('button', { name: 'Add a step' }).click()
    await page.getByRole('combobox', { name: `Step ${before + 1}: name` }).fill('/**')
    await page.waitForURL((url) => askOf(url).steps?.[before]?.page === '/**', { timeout: 5000 })
    await page.getByRole('combobox', { name: `Step ${before + 1}: name` }).press('Alt+ArrowUp')
    await page.waitForURL((url) => askOf(url).steps?.[before - 1]?.page === '/**', { timeout: 5000 })
    await page.getByRole('button', { name: `Remove step ${before}`, exact: true }).click()
    await page.waitForURL((url) => askOf(url).steps?.length === before, { timeout: 5000 })
  })
  await report.step('funnels: a number opens exactly those whom it counts, and they are downloaded', async () => {
    await open('/funnels')
    await page.locator('.funnel li').first().waitFor({ timeout: 20_000 })
    const number = page.locator('.funnel-step .number-button').first()
    const count = Number((await number.innerText()).replaceAll(',', ''))
    await number.click()
    const list = page.locator('.who')
    await list.locator('[role=gridcell]').first().waitFor({ timeout: 20_000 })
    const waiting = page.waitForEvent('download', { timeout: 10_000 })
    await list.getByRole('button', { name: /as CSV$/ }).click()
    const lines = readFileSync(await (await waiting).path(), 'utf8').trim().split('\r\n')
    if (lines.length !== count + 1) throw new Error(`the number is ${count}, the list has ${lines.length - 1} rows`)
    await list.locator('[role=gridcell] a').first().click()
    await page.waitForURL(/\/people\/./, { timeout: 5000 })
  })
  await report.step('funnels: Escape closes the list, and the focus is back at the number', async () => {
    await page.goBack()
    await page.locator('.who [role=gridcell]').first().waitFor({ timeout: 20_000 })
    await page.locator('.who').getByRole('button', { name: 'Close' }).click()
    const number = page.locator('.funnel-step .number-button').first()
    await number.click()
    await page.locator('.who [role=gridcell]').first().waitFor({ timeout: 20_000 })
    await page.keyboard.press('Escape')
    await page.locator('.who').waitFor({ state: 'detached', timeout: 5000 })
    if (!(await number.evaluate((element) => element === document.activeElement))) throw new Error('the focus is elsewhere')
  })
  await report.step('connect: what was typed survives a reload', async () => {
    await open('/connect')
    await page.getByLabel('Log file').fill('/var/log/shop-access.log')
    await page.waitForURL((url) => url.searchParams.get('log') === '/var/log/shop-access.log', { timeout: 5000 })
    await page.reload()
    await page.waitForFunction(() => [...document.querySelectorAll('.setup-field input')].some(({ value }) => value === '/var/log/shop-access.log'), undefined, { timeout: 20_000 })
  })
  await report.step('funnels: an event that nobody sent is named, with those that there are', async () => {
    await open('/funnels')
    await page.locator('.funnel li').first().waitFor({ timeout: 20_000 })
    await page.getByRole('combobox', { name: 'Step 1: kind' }).selectOption('event')
    await page.getByRole('combobox', { name: 'Step 1: name' }).fill('Never sent')
    await page.getByText('No event named Never sent in this range.').waitFor({ timeout: 20_000 })
    await page.getByText('Names seen:').waitFor({ timeout: 10_000 })
  })
  await report.step('funnels: a mistake in a condition stands at its step', async () => {
    report.expectRefusals(true)
    await page.getByRole('textbox', { name: 'Step 1: only where' }).fill('no_such == 1')
    await page.locator('.ask-step [role=alert]').waitFor({ timeout: 10_000 })
    report.expectRefusals(false)
  })
  await report.step('a long question says how long it takes, and is called off', async () => {
    let answer
    const held = new Promise((resolve) => { answer = resolve })
    await page.route('**/api/v1/query/retention', async (route) => {
      await held
      await route.abort().catch(() => {})
    })
    const gone = page.waitForEvent('requestfailed', { predicate: (request) => request.url().endsWith('/query/retention'), timeout: 15_000 })
    await open('/retention')
    await page.getByRole('button', { name: 'Cancel' }).click({ timeout: 10_000 })
    await gone
    await page.getByText('Cancelled.').waitFor({ timeout: 5000 })
    answer()
    await page.unroute('**/api/v1/query/retention')
    await page.getByRole('button', { name: 'Ask again' }).click()
    await page.locator('.retention tbody tr').first().waitFor({ timeout: 20_000 })
  })
  await report.step('retention: a cell opens those whom it counts', async () => {
    const cell = page.locator('.retention tbody .number-button').first()
    const count = await cell.innerText()
    await cell.click()
    await page.locator('.who [role=gridcell]').first().waitFor({ timeout: 20_000 })
    const rows = Number(await page.locator('.who [role=grid]').getAttribute('aria-rowcount')) - 1
    if (rows !== Number(count.replaceAll(',', ''))) throw new Error(`the cell says ${count}, the list has ${rows}`)
  })
  await report.step('paths: arrow keys walk the ways, Enter chooses, and ways begin there', async () => {
    await open('/paths')
    const chart = page.getByRole('application', { name: 'Ways, step by step' })
    await chart.focus()
    await page.keyboard.press('ArrowRight')
    await page.locator('.reading', { hasText: 'as step 1' }).waitFor({ timeout: 5000 })
    await page.keyboard.press('ArrowRight')
    await page.locator('.reading', { hasText: 'times from' }).waitFor({ timeout: 5000 })
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Ways that begin here' }).click()
    await page.waitForURL((url) => askOf(url).start !== undefined, { timeout: 5000 })
  })
  await report.step('explore: a measure is chosen, and its number opens what it counts', async () => {
    await open('/explore')
    await page.getByRole('button', { name: 'By value' }).click()
    await page.getByRole('combobox', { name: 'Of', exact: true }).first().selectOption('calls')
    await page.waitForURL((url) => askOf(url).measures?.[0]?.of === 'calls', { timeout: 5000 })
    await page.getByLabel('Split by').fill('method')
    await page.getByRole('columnheader', { name: 'method', exact: true }).waitFor({ timeout: 20_000 })
    await page.locator('main [role=gridcell] a').first().click({ timeout: 20_000 })
    await page.waitForURL((url) => url.pathname === '/calls' && url.searchParams.get('filter')?.startsWith('call.method == '), { timeout: 5000 })
  })
  await report.step('friction: a number opens the signals it counts, and a signal its moment in the visit', async () => {
    await open('/friction')
    const row = page.locator('main [role=grid] [role=row]', { has: page.locator('[role=gridcell]') }).first()
    const number = row.locator('a[href^="/signals"]').first()
    await number.waitFor({ timeout: 20_000 })
    const count = Math.min(Number((await number.innerText()).replaceAll(',', '')), 200) // a page of the list
    await number.click()
    await page.waitForURL((url) => url.pathname === '/signals' && url.searchParams.get('filter')?.startsWith('signal.page'), { timeout: 5000 })
    await page.locator('main [role=gridcell]').first().waitFor({ timeout: 20_000 })
    const rows = Number(await page.locator('main [role=grid]').getAttribute('aria-rowcount')) - 1
    if (rows < count) throw new Error(`the number is ${count}, the list has ${rows}`)
    await page.getByRole('link', { name: 'watch' }).first().click()
    await page.waitForURL((url) => url.pathname.startsWith('/sessions/') && url.searchParams.has('sel'), { timeout: 5000 })
  })
}

function askOf(url) {
  return JSON.parse(url.searchParams.get('ask') ?? '{}')
}
