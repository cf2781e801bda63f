import type { PersonAnswer } from '../../api/groups'
import { oneOf, term } from '../../lib/filter'

/** The filter that lists the rows of a record that are a person's: those of their users, and those of their devices that name no user. */
export function whose(record: 'session' | 'event' | 'call', person: Pick<PersonAnswer, 'id' | 'users' | 'devices' | 'claims'>): string {
  const known = person.claims.length > 0
  const user = anyOf(`${record}.user_id`, known ? person.users : [person.id])
  const device = anyOf(`${record}.device_id`, known ? person.devices : [person.id])
  const anonymous = device && `!has(${record}.user_id) && ${device}`
  return `(${[user, anonymous].filter(Boolean).join(' || ')})`
}

function anyOf(field: string, ids: string[]): string {
  if (ids.length === 0) return ''
  return ids.length === 1 ? term(field, '==', ids[0]!) : oneOf(field, ids)
}
