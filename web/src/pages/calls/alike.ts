import type { CallRecord } from '../../api/types'
import { endpointFilter } from '../../api/endpoints'
import { term } from '../../lib/filter'

/** The calls that ended like this one: same endpoint and side, same class of status, same error. */
export function alikeFilter(call: CallRecord): string {
  const status = call.status ?? 0
  const classOfStatus = status === 0 ? '!has(call.status)' : `call.status >= ${Math.floor(status / 100) * 100} && call.status < ${Math.floor(status / 100) * 100 + 100}`
  const endpoint = endpointFilter({ service: call.service ?? '', method: call.method, route: call.route ?? '' })
  return [endpoint, classOfStatus, ...(call.error ? [term('call.error', '==', call.error)] : [])].join(' && ')
}
