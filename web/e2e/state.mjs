/** What a person changes stands in the URL, and goes away from it again. */
export async function checkState(page, open, report) {
  await report.step('state: a relative range is chosen, kept on the next page, and taken back', async () => {
    await open('/endpoints')
    await chooseRange(page, '7d')
    await expectParameter(page, 'from', '7d')
    await page.getByRole('link', { name: 'Sessions' }).click()
    await page.waitForURL((url) => url.pathname === '/sessions' && url.searchParams.get('from') === '7d', { timeout: 5000 })
    await chooseRange(page, '24h')
    await expectParameter(page, 'from', null)
  })
  await report.step('state: an absolute range in UTC is what was typed, and gives way to a relative one', async () => {
    await open('/endpoints')
    await openRange(page)
    await page.getByLabel('From').fill('2026-01-02 03:04')
    await page.getByLabel('To', { exact: true }).fill('2026-01-03 03:04')
    await page.getByRole('button', { name: 'Apply' }).click()
    await expectParameter(page, 'from', '2026-01-02T03:04:00.000Z')
    await expectParameter(page, 'to', '2026-01-03T03:04:00.000Z')
    await chooseRange(page, '1h')
    await expectParameter(page, 'from', '1h')
    await expectParameter(page, 'to', null)
  })
  await report.step('state: a column head sorts, and again turns the order round', async () => {
    await open('/endpoints')
    const head = page.getByRole('columnheader', { name: 'p95' }).getByRole('button')
    await head.click()
    await expectParameter(page, 'sort', '-p95')
    await head.click()
    await expectParameter(page, 'sort', 'p95')
    const values = await page.getByRole('columnheader', { name: 'p95' }).getAttribute('aria-sort')
    if (values !== 'ascending') throw new Error(`aria-sort is ${values}`)
  })
  await report.step('state: a facet includes, excludes and gives back; a chip removes', async () => {
    await open('/calls')
    const method = page.locator('.facets button[title="Only GET"]')
    await method.click()
    await expectParameter(page, 'filter', 'call.method == "GET"')
    await page.locator('.facets button[title="Without GET"]').click()
    await expectParameter(page, 'filter', 'call.method != "GET"')
    await page.getByRole('button', { name: 'Remove call.method != "GET"' }).click()
    await expectParameter(page, 'filter', null)
  })
  await report.step('state: the filter completes a field and its value by keyboard', async () => {
    await open('/calls')
    const input = page.getByRole('combobox', { name: 'Filter' })
    await input.pressSequentially('meth')
    await page.getByRole('option', { name: /^call\.method/ }).waitFor({ timeout: 3000 })
    await input.press('ArrowDown')
    await input.press('Enter')
    await input.pressSequentially(' == "G')
    await page.getByRole('option', { name: /^"GET"/ }).waitFor({ timeout: 3000 })
    await input.press('ArrowDown')
    await input.press('Enter')
    if ((await input.inputValue()) !== 'call.method == "GET"') throw new Error(`the filter is ${await input.inputValue()}`)
    await input.press('Enter')
    await expectParameter(page, 'filter', 'call.method == "GET"')
  })
  await report.step('state: dragging over the histogram looks closer', async () => {
    await open('/calls')
    const before = new URL(page.url()).searchParams.get('from')
    const plot = page.locator('svg[aria-roledescription=histogram]')
    await plot.waitFor()
    const box = await plot.boundingBox()
    await page.mouse.move(box.x + box.width * 0.3, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL((url) => Date.parse(url.searchParams.get('from')) > Date.parse(before), { timeout: 5000 })
  })
}

async function openRange(page) {
  await page.getByRole('button', { name: /^Time range/ }).click()
  await page.getByRole('button', { name: 'Apply' }).waitFor({ timeout: 3000 })
}

async function chooseRange(page, text) {
  await openRange(page)
  await page.getByRole('button', { name: text, exact: true }).click()
}

async function expectParameter(page, name, value) {
  try {
    await page.waitForURL((url) => url.searchParams.get(name) === value, { timeout: 4000 })
  } catch {
    throw new Error(`${name} should be ${value}, the URL is ${page.url()}`)
  }
}
