import { term } from '../lib/filter'
import type { EndpointStats } from './types'

export type { EndpointStats } from './types'

/** The filter whose calls are exactly those of the endpoint. */
export function endpointFilter(e: Pick<EndpointStats, 'service' | 'method' | 'route'>): string {
  const service = e.service ? term('call.service', '==', e.service) : '!has(call.service)'
  return `${service} && ${term('call.method', '==', e.method)} && ${term('call.route', '==', e.route)}`
}

export function endpointName(e: Pick<EndpointStats, 'method' | 'route'>): string {
  return `${e.method} ${e.route}`
}
