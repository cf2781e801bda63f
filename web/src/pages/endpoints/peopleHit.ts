import type { EndpointStats } from '../../api/endpoints'
import type { RangeQuery } from '../../api/queries'
import type { components } from '../../api/schema'
import type { BreakdownQuestion } from '../../api/types'

/** Asks for the people who met a failed call, by endpoint. */
export function hitQuestion(range: RangeQuery, filter: string | undefined): BreakdownQuestion {
  return { ...range, ...(filter ? { filter } : {}), breakdown: ['endpoint'], limit: 1000, measures: [{ of: 'calls', stat: 'people', where: 'failed == true' }] }
}

/** Its answer, by endpointKey; endpoints that failed for nobody known are left out. */
export function peopleHit({ rows }: Pick<components['schemas']['BreakdownOutput'], 'rows'>): Map<string, number> {
  return new Map(rows.flatMap(({ labels: { endpoint }, values: [people] }) => (endpoint && people ? [[endpoint, people] as const] : [])))
}

/** An endpoint as the field call.endpoint has it. */
export function endpointKey({ service, method, route }: Pick<EndpointStats, 'service' | 'method' | 'route'>): string {
  return `${service ? `${service}: ` : ''}${method} ${route}`
}
