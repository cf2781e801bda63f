import { useMemo } from 'react'
import { readAsk, writeAsk, type Shape } from './ask'
import { useSetSearch, useViewSearch } from './view'

/** The question of the current view, and how to change parts of it; undefined takes a part away. The list that was open belonged to the old question and closes. */
export function useAsk<Q extends object>(shape: Shape<Q>): [Q, (change: Partial<Q>) => void] {
  const { ask } = useViewSearch()
  const setSearch = useSetSearch()
  const question = useMemo(() => readAsk(ask, shape), [ask, shape])
  return [question, (change) => setSearch({ ask: writeAsk({ ...question, ...change }), sel: undefined }, { replace: true })]
}
