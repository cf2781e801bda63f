import { useState } from 'react'
import { MantineProvider } from '@mantine/core'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { QueryClient, QueryClientProvider, keepPreviousData, useQuery } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider, useSearch } from '@tanstack/react-router'
import { afterEach, expect, test } from 'vitest'
import { useCurrent } from '../lib/old'
import { Answered } from './Notice'

afterEach(cleanup)

/** Opens a page that asks a server of this test, and answers when told to. */
async function open(address: string) {
  const waiting: ((text: string) => void)[] = []
  function Page() {
    const { filter } = useSearch({ strict: false }) as { filter?: string }
    const [now, setNow] = useState(0)
    const query = useQuery({ queryKey: [filter, now], queryFn: () => new Promise<string>((answer) => waiting.push(answer)), placeholderData: keepPreviousData })
    return <><button type="button" onClick={() => setNow(now + 1)}>tick</button><Answered query={query} what="calls">{(text) => <output>{text}</output>}</Answered><p data-testid="beside">{useCurrent(query) ?? '…'}</p></>
  }
  const router = createRouter({ routeTree: createRootRoute({ component: Page }), history: createMemoryHistory({ initialEntries: [address] }) })
  render(<MantineProvider><QueryClientProvider client={new QueryClient()}><RouterProvider router={router as never} /></QueryClientProvider></MantineProvider>)
  await screen.findByText('Loading calls …')
  return {
    answer: async (text: string) => {
      waiting.pop()!(text)
      await screen.findByText(text, { selector: 'output' })
    },
    go: (to: string) => act(() => router.navigate({ to } as never)),
    tick: () => fireEvent.click(screen.getByText('tick')),
  }
}

const shown = () => screen.getByRole('status')
const busy = () => shown().closest('[aria-busy=true]') !== null
const beside = () => screen.getByTestId('beside').textContent

test('the rows of an earlier address are marked as old until the present one is answered', async () => {
  const page = await open('/?filter=a')
  await page.answer('rows of a')
  expect(busy()).toBe(false)
  await page.go('/?filter=b')
  expect(shown().textContent).toBe('rows of a')
  expect(busy()).toBe(true)
  expect(beside()).toBe('…')
  await page.answer('rows of b')
  expect(busy()).toBe(false)
  expect(beside()).toBe('rows of b')
})

test('the clock that asks the same question again marks nothing', async () => {
  const page = await open('/?filter=a')
  await page.answer('rows of a')
  page.tick()
  expect(shown().textContent).toBe('rows of a')
  expect(busy()).toBe(false)
})
