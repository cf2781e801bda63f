/** What nobody should see at any width: a page that scrolls sideways, or text that lies on other text. */
export async function checkLayout(page) {
  let faults = await page.evaluate(findFaults)
  // What is still being drawn may pass.
  for (const end = Date.now() + 3000; faults.length > 0 && Date.now() < end; ) {
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
    faults = await page.evaluate(findFaults)
  }
  if (faults.length > 0) throw new Error(faults.join('\n     '))
}

/** Whether a pointer reaches the menu of a phone. A trial click fails when something covers it. */
export async function checkMenu(page) {
  await page.getByRole('button', { name: 'Open the menu' }).click({ trial: true, timeout: 3000 })
}

// Runs in the page, so it stands alone.
function findFaults() {
  const wide = document.documentElement.scrollWidth
  const faults = wide > innerWidth ? [`the page is ${wide} px wide in a window of ${innerWidth}`] : []
  for (const element of document.querySelectorAll('header :is(a, button, input, select)')) {
    const { top, left, right } = element.getBoundingClientRect()
    if (element.checkVisibility({ visibilityProperty: true }) && (top < 0 || left < 0 || right > innerWidth) && !element.matches('.skip')) faults.push(`${element.getAttribute('aria-label') ?? element.textContent} is cut off by the edge of the window`)
  }
  const texts = textBoxes()
  for (const [i, a] of texts.entries()) {
    for (const b of texts.slice(i + 1)) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
      if (a.node !== b.node && a.layer === b.layer && across > 3 && down > 5) faults.push(`"${a.text}" and "${b.text}" overlap by ${Math.round(across)} × ${Math.round(down)} px`)
    }
  }
  return faults.slice(0, 5)

  /** Every line of visible text: its box, cut to what its containers show, and the layer it is painted in. */
  function textBoxes() {
    const boxes = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.trim()
      if (!text || !node.parentElement.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
      const shown = { left: 0, top: 0, right: innerWidth, bottom: innerHeight }
      let layer = document.body
      for (let element = node.parentElement; element && element !== document.body; element = element.parentElement) {
        const style = getComputedStyle(element)
        if (style.overflow !== 'visible' || style.clipPath !== 'none') cut(shown, element.getBoundingClientRect())
        if (layer === document.body && ['fixed', 'sticky'].includes(style.position)) layer = element
      }
      const range = document.createRange()
      range.selectNodeContents(node)
      for (const rect of range.getClientRects()) {
        const box = { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom, node, layer, text: text.slice(0, 40) }
        cut(box, shown)
        if (box.right - box.left > 3 && box.bottom - box.top > 5) boxes.push(box)
      }
    }
    return boxes
  }

  function cut(box, by) {
    box.left = Math.max(box.left, by.left)
    box.top = Math.max(box.top, by.top)
    box.right = Math.min(box.right, by.right)
    box.bottom = Math.min(box.bottom, by.bottom)
  }
}
