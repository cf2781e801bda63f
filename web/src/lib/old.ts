import { useState } from 'react'
import { useMatch } from '@tanstack/react-router'

type Query<Data> = { data: Data | undefined; isPlaceholderData: boolean }

/** Whether what a question shows answers another address than the present one. The clock that moves "now" on asks again too, but changes no question: then nothing is old. */
export function useOld({ isPlaceholderData }: Query<unknown>): boolean {
  // The match, not the location: that one moves on before the page asks.
  const address = useMatch({ strict: false, select: ({ pathname, search }) => pathname + JSON.stringify(search) })
  const [answered, setAnswered] = useState(address)
  if (!isPlaceholderData && answered !== address) setAnswered(address)
  return isPlaceholderData && answered !== address
}

/** The answer for the present address, for numbers that stand beside others and cannot be marked as old. */
export function useCurrent<Data>(query: Query<Data>): Data | undefined {
  return useOld(query) ? undefined : query.data
}
