import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Collects what went wrong, so that one run shows everything. */
export class Report {
  #failures = []
  #passed = 0
  #refusals = false

  /** On a page that asks something wrong on purpose, the browser itself logs the 400. */
  expectRefusals(expected) {
    this.#refusals = expected
  }

  /** Any error on the console or in a script fails the run, on whatever page it happens. */
  watchConsole(page) {
    page.on('console', (message) => {
      if (this.#refusals && /status of 40[04]/.test(message.text())) return
      if (message.type() === 'error') this.#fail(`console on ${page.url()}`, `${message.text()} ${message.location().url}`)
    })
    page.on('pageerror', (error) => this.#fail(`script on ${page.url()}`, error.message))
  }

  async step(name, check) {
    try {
      await check()
      this.#passed++
      console.log(`ok   ${name}`)
    } catch (error) {
      this.#fail(name, error.message)
    }
  }

  finish() {
    console.log(`${this.#passed} passed, ${this.#failures.length} failed`)
    if (this.#passed === 0 || this.#failures.length > 0) process.exitCode = 1
  }

  #fail(name, message) {
    this.#failures.push(name)
    console.log(`FAIL ${name}: ${message}`)
  }
}

/** WCAG 2.2 AA and best practice. The source is evaluated rather than loaded, so the page's CSP stays as it is. */
export async function checkAxe(page) {
  await page.evaluate(axeSource)
  const violations = await page.evaluate(async () => {
    const { violations: found } = await globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return found.map((violation) => `${violation.id} (${violation.nodes.length}): ${violation.nodes[0].html.slice(0, 160)} ${violation.nodes[0].failureSummary.replaceAll('\n', ' ')}`)
  })
  if (violations.length > 0) throw new Error(violations.join('\n     '))
}
