import type { EndpointStats } from './types'

/** Endpoints as settings name them: `service: METHOD /route`, without a service where none is known; the busiest first. */
export function catalogueNames(rows: Pick<EndpointStats, 'service' | 'method' | 'route' | 'calls'>[]): string[] {
  return [...new Set(rows.toSorted((a, b) => b.calls - a.calls).map(({ service, method, route }) => (service ? `${service}: ${method} ${route}` : `${method} ${route}`)))]
}
