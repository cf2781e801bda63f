import { page, type Page } from './page.js'
import { recordEvent } from './record.js'
import { redact, shorten } from './text.js'

const mostPerPage = 20
const messageLength = 300
const mostFrames = 10
const longQuote = /(["'`])(?:(?!\1).){20,}\1/g

const counts = new WeakMap<Page, number>()

/** Notes errors that nobody handled. */
export function watchErrors(): void {
  addEventListener('error', ({ error, message, filename, lineno, colno }) => note(error ?? message, `@${filename}:${lineno}:${colno}`))
  addEventListener('unhandledrejection', ({ reason }) => note(reason, ''))
}

function note(error: unknown, place: string): void {
  const count = counts.get(page) ?? 0
  if (count >= mostPerPage) return
  counts.set(page, count + 1)
  const { name = 'Error', message = String(error), stack = '' } = error instanceof Error ? error : {}
  recordEvent({ kind: 'error', name: shorten(name, 100), properties: { message: clean(message), stack: frames(stack.replace(message, '')) || place, handled: false } })
}

/** A quoted text in a message is often what a person typed or an API answered. */
const clean = (message: string): string => shorten(redact(message.replace(longQuote, '$1…$1')), messageLength)

/** The lines that name a place in a script, whose addresses lose their query. The server reads the browsers' formats. */
function frames(stack: string): string {
  const lines = stack.split('\n').filter((line) => /:\d+\)?$/.test(line))
  return lines.slice(0, mostFrames).join('\n').replace(/[?#][^\s:)]*/g, '')
}
