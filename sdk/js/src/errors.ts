import type { Recorder } from './recorder'
import { redact, shorten } from './text'

const mostPerPage = 20
const messageLength = 300
const mostFrames = 10
const longQuote = /(["'`])(?:(?!\1).){20,}\1/g

interface Frame {
  function?: string
  file: string
  line: number
  column?: number
}

/** Notes errors that nobody handled. */
export function watchErrors(recorder: Recorder): void {
  const count = new WeakMap<object, number>()
  const note = (name: string, message: string, stack: Frame[]) => {
    const seen = count.get(recorder.page) ?? 0
    if (seen >= mostPerPage) return
    count.set(recorder.page, seen + 1)
    const properties = { message: clean(message), stack, handled: false }
    recorder.event({ kind: 'error', name: shorten(name, 100), properties })
  }
  addEventListener('error', ({ error, message, filename, lineno, colno }) => {
    const place = filename ? [{ file: withoutQuery(filename), line: lineno, column: colno }] : []
    if (error instanceof Error) note(error.name, error.message, framesOf(error) ?? place)
    else note('Error', message, place)
  })
  addEventListener('unhandledrejection', ({ reason }) => {
    if (reason instanceof Error) note(reason.name, reason.message, framesOf(reason) ?? [])
    else note('UnhandledRejection', String(reason), [])
  })
}

/** A quoted text in a message is often what a person typed or an API answered. */
const clean = (message: string): string => shorten(redact(message.replace(longQuote, '$1…$1')), messageLength)

/** Reads `at name (file:line:column)` of Chromium and `name@file:line:column` of Firefox and Safari. */
export function framesOf({ stack }: Error): Frame[] | undefined {
  const frames: Frame[] = []
  for (const line of stack?.split('\n') ?? []) {
    const found = /^\s*(?:at (?:(.*?) \()?|(.*?)@)(\S+?):(\d+)(?::(\d+))?\)?$/.exec(line)
    if (found && frames.length < mostFrames) {
      const name = found[1] || found[2] || undefined
      frames.push({ function: name, file: withoutQuery(found[3]!), line: Number(found[4]), column: Number(found[5]) || undefined })
    }
  }
  return frames.length ? frames : undefined
}

const withoutQuery = (file: string): string => file.replace(/[?#].*/, '')
