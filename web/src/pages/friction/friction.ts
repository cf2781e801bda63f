// The words and conditions of the friction page.
import type { FrictionPlace } from '../../api/friction'
import { endpointName } from '../../api/endpoints'
import { joinTerms, term } from '../../lib/filter'
import { formatCount, formatShare, plural } from '../../lib/format'

export type By = 'element' | 'page'

/** "rage click" of "rage_click"; a form is given up, not abandoned. */
export function kindWords(kind: string): string {
  return kind === 'form_abandon' ? 'form given up' : kind.replaceAll('_', ' ')
}

const several: Record<string, string> = { silent_failure: 'silent failures', form_abandon: 'forms given up', wandering: 'wandering' }

function kindsWords(kind: string): string {
  return several[kind] ?? `${kindWords(kind)}s`
}

/** "1 rage click", "3 rage clicks", "3 × wandering". */
export function countWords(kind: string, n: number): string {
  if (kind === 'wandering') return n === 1 ? 'wandering' : `${formatCount(n)} × wandering`
  return plural(n, kindWords(kind), kindsWords(kind))
}

/** Holds for the signals of a place, and of one kind when given; the page's own filter stays. */
export function signalsOf(place: Pick<FrictionPlace, 'page' | 'target'>, by: By, filter?: string, kind?: string): string {
  return joinTerms([
    place.page ? term('signal.page', '==', place.page) : '!has(signal.page)',
    ...(by === 'page' ? [] : [place.target ? term('signal.target', '==', place.target) : '!has(signal.target)']),
    ...(kind ? [term('signal.kind', '==', kind)] : []),
    ...(filter ? [filter] : []),
  ])
}

/** "Pay now on /checkout", or the page alone. */
export function placeWords({ page, target }: Pick<FrictionPlace, 'page' | 'target'>): string {
  const where = page || '(no page)'
  return target ? `${target} on ${where}` : where
}

/** What most signals of a place are about: a call that went wrong, else their kind. */
export function mostly(place: FrictionPlace): string {
  const [call] = place.calls
  if (call && call.failed * 2 >= place.signals) return `mostly after ${endpointName(call.endpoint)} went wrong`
  const [kind] = place.kinds
  if (!kind) return ''
  return place.kinds.length === 1 ? kindsWords(kind.kind) : `mostly ${kindsWords(kind.kind)}`
}

/** The finding about the worst place, in one sentence. */
export function headline(place: FrictionPlace): string {
  const people = place.people > 0 ? `${plural(place.people, 'person', 'people')}, ${formatShare(place.people / place.users)} of those who used it` : plural(place.sessions, 'visit')
  return `${placeWords(place)}: ${people}, ${mostly(place)}`
}
