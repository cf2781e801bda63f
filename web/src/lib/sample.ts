import { useViewSearch } from './view'

/** What a long question is offered to be answered from. */
export const offeredSample = '0.1'

/** The share of people that the view's questions are answered from; undefined = all. */
export function useSample(): number | undefined {
  const { sample } = useViewSearch()
  const share = Number(sample)
  return sample && share > 0 && share < 1 ? share : undefined
}
