// Server-sent events over fetch: unlike EventSource it shows why the server refused, and its abort is immediate.
import { Problem, problemOf } from '../../api/client'

export type Message = { name: string; data: string }

/** Splits a stream of text into the messages of the SSE format; comments and unknown fields are skipped. */
export async function* messagesOf(chunks: AsyncIterable<string>): AsyncGenerator<Message> {
  let rest = ''
  for await (const chunk of chunks) {
    const blocks = (rest + chunk).split(/\r?\n\r?\n/)
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const message = parseBlock(block)
      if (message) yield message
    }
  }
}

function parseBlock(block: string): Message | null {
  let name = 'message'
  const data: string[] = []
  for (const line of block.split(/\r?\n/)) {
    const [field, value = ''] = splitOnce(line)
    if (field === 'event') name = value
    else if (field === 'data') data.push(value)
  }
  return data.length > 0 ? { name, data: data.join('\n') } : null
}

function splitOnce(line: string): [string, string?] {
  const colon = line.indexOf(':')
  return colon < 0 ? [line] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
}

const reconnectMs = 2000

type Handlers = { onMessage: (message: Message) => void; onState: (state: 'open' | 'lost') => void }

/** Follows a stream until aborted; a lost connection is made again, a refusal is thrown as a Problem. */
export async function follow(url: string, signal: AbortSignal, { onMessage, onState }: Handlers): Promise<void> {
  while (!signal.aborted) {
    try {
      const response = await fetch(url, { signal, headers: { Accept: 'text/event-stream' } })
      if (!response.ok || !response.body) throw problemOf(await response.json().catch(() => null), response.status)
      onState('open')
      for await (const message of messagesOf(textOf(response.body))) onMessage(message)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof Problem && error.status < 500) throw error
    }
    onState('lost')
    await pause(reconnectMs, signal)
  }
}

async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield decoder.decode(value, { stream: true })
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    }, { once: true })
  })
}
