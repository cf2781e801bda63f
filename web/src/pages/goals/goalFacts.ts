import type { Goal } from '../../api/types'
import { formatCount } from '../../lib/format'

/** What was set for a goal beyond what reaches it: "target 60 a day · fewer is better · each worth properties.amount EUR · owner ada" */
export function goalFacts({ target, direction, value, currency, owner }: Goal): string {
  return [
    target ? `target ${formatCount(target)} a day` : 'no target',
    direction === 'down' && 'fewer is better',
    value && `each worth ${[value, currency].filter(Boolean).join(' ')}`,
    owner && `owner ${owner}`,
  ].filter(Boolean).join(' · ')
}
