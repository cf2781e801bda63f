// Sends bodies that stream, which browsers do over HTTP/2 only, from a page of the server at the given address.
import { launch } from './world.mjs'

const browser = await launch()
try {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  await page.goto(process.argv[2])
  await page.waitForFunction(() => window.clickspan)
  const answers = await page.evaluate(async () => {
    const body = () => new ReadableStream({
      start(controller) {
        for (const part of ['first ', 'second']) controller.enqueue(new TextEncoder().encode(part))
        controller.close()
      },
    })
    const send = async (input, init) => (await fetch(input, init)).text()
    return [
      await send(new Request('/api/stream', { method: 'POST', body: body(), duplex: 'half' })),
      await send('/api/stream', { method: 'POST', body: body(), duplex: 'half' }),
      await send(new Request('/api/stream', { method: 'POST', body: body(), duplex: 'half' }), { headers: { 'x-own': '1' } }),
    ]
  })
  console.log(answers.join('\n'))
} finally {
  await browser.close()
}
