const destinations = [['o', '/'], ['l', '/live'], ['e', '/endpoints'], ['c', '/calls'], ['x', '/errors'], ['v', '/services'], ['a', '/accounts'], ['f', '/funnels'], ['p', '/paths'], ['r', '/retention'], ['i', '/friction'], ['u', '/usage'], ['w', '/explore'], ['s', '/sessions'], ['n', '/connect'], ['q', '/quality'], [',', '/settings']]

/** The product without a mouse. */
export async function checkKeyboard(page, open, report) {
  await open('/')
  await page.locator('main h1').first().waitFor()
  for (const [key, path] of destinations) {
    await report.step(`keyboard: g ${key} goes to ${path}`, async () => {
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await page.waitForURL((url) => url.pathname === path, { timeout: 5000 })
    })
  }
  await report.step('keyboard: the first tab stop skips to the content', async () => {
    await page.reload()
    await page.locator('main h1').first().waitFor()
    await page.keyboard.press('Tab')
    await expectFocus(page, '.skip')
  })
  await report.step('keyboard: / focuses find, and letters typed there are text', async () => {
    await page.locator('body').press('/')
    await expectFocus(page, 'input[type=search]')
    await page.keyboard.type('go')
    if ((await page.inputValue('input[type=search]')) !== 'go') throw new Error('find did not take the text')
    await page.keyboard.press('Escape')
    if ((await page.inputValue('input[type=search]')) !== '') throw new Error('Escape did not empty find')
    await expectFocus(page, 'body')
  })
  await report.step('keyboard: ? opens help, Escape closes it', async () => {
    await page.keyboard.press('?')
    await page.locator('dialog[open]').waitFor({ timeout: 2000 })
    await page.keyboard.press('Escape')
    await page.locator('dialog[open]').waitFor({ state: 'detached', timeout: 2000 })
  })
  await report.step('keyboard: j and k walk through calls, Escape closes the panel', async () => {
    await open('/calls')
    await page.locator('[role=gridcell]').first().waitFor()
    await page.keyboard.press('j')
    const first = await selectionAfter(page, null)
    await page.keyboard.press('j')
    const second = await selectionAfter(page, first)
    await page.keyboard.press('k')
    if ((await selectionAfter(page, second)) !== first) throw new Error('k did not move back')
    await page.locator('aside h2').waitFor({ timeout: 5000 })
    await page.keyboard.press('Escape')
    await page.locator('aside.panel').waitFor({ state: 'detached', timeout: 2000 })
  })
  await report.step('keyboard: a filter gives the focus to what it found, and arrows reach its links', async () => {
    await open('/endpoints')
    await page.locator('[role=gridcell]').first().waitFor()
    const input = page.getByRole('combobox', { name: 'Filter' })
    await input.fill('call.method == "GET"')
    await input.press('Enter')
    await expectFocus(page, '[role=grid]')
    await page.locator('[aria-busy=true]').waitFor({ state: 'detached', timeout: 10_000 })
    await page.keyboard.press('ArrowDown')
    await expectFocus(page, '[role=row][data-index="0"]')
    await page.keyboard.press('ArrowRight')
    await expectFocus(page, '[role=row] a')
    await page.keyboard.press('ArrowUp')
    await expectFocus(page, '[role=columnheader] button')
    if ((await page.locator('[role=grid] :is(a, button)[tabindex="0"]').count()) > 0) throw new Error('the table has more than one tab stop')
  })
  await report.step('keyboard: Enter opens a session, arrows open and close its tree', async () => {
    await open('/sessions')
    await page.locator('[role=gridcell]').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/sessions\/./, { timeout: 5000 })
    await page.locator('[role=treegrid] [role=gridcell]').first().waitFor()
    await page.keyboard.press('j')
    const row = page.locator('[role=treegrid] [role=row][aria-expanded]').first()
    await row.focus()
    await row.click()
    await page.keyboard.press('ArrowLeft')
    if ((await row.getAttribute('aria-expanded')) !== 'false') throw new Error('ArrowLeft did not close the row')
    await page.keyboard.press('ArrowRight')
    if ((await row.getAttribute('aria-expanded')) !== 'true') throw new Error('ArrowRight did not open the row')
  })
}

async function expectFocus(page, selector) {
  try {
    await page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector, { timeout: 3000 })
  } catch {
    throw new Error(`the focus is not on ${selector}`)
  }
}

/** The selected row, once the URL names another than before. */
async function selectionAfter(page, before) {
  await page.waitForURL((url) => url.searchParams.get('sel') !== before, { timeout: 3000 })
  return new URL(page.url()).searchParams.get('sel')
}
