import { expect, test } from 'vitest'
import { messagesOf, type Message } from './stream'

async function* chunks(...texts: string[]) {
  yield* texts
}

async function collect(...texts: string[]): Promise<Message[]> {
  const messages: Message[] = []
  for await (const message of messagesOf(chunks(...texts))) messages.push(message)
  return messages
}

test('messages are found wherever the network cuts the text', async () => {
  const text = 'event: call\ndata: {"id":"a"}\n\n: still here\n\nevent: event\ndata: 1\ndata: 2\n\n'
  const want = [{ name: 'call', data: '{"id":"a"}' }, { name: 'event', data: '1\n2' }]
  expect(await collect(text)).toEqual(want)
  expect(await collect(...text)).toEqual(want)
})

test('an unfinished message is not shown, and CRLF is fine', async () => {
  expect(await collect('data: whole\r\n\r\ndata: ha')).toEqual([{ name: 'message', data: 'whole' }])
})
