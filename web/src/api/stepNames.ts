import { catalogueNames } from './catalogue'
import { useRange } from '../lib/view'
import { useEndpoints, useValues } from './queries'

/** What the data of the range has of a kind of step, for completion: events and pages that begin with what is written, all endpoints. */
export function useStepNames(kind: 'event' | 'page' | 'call', written: string, template = false): string[] {
  const { query } = useRange()
  const field = { event: 'event.name', page: template ? 'event.page_route' : 'event.page', call: null }[kind]
  const values = useValues(field ? { field, prefix: written } : null, query)
  const endpoints = useEndpoints(query)
  if (kind === 'call') return catalogueNames(endpoints.data?.rows ?? [])
  return values.data?.values.map(({ value }) => value) ?? []
}
