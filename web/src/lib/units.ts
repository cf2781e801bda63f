// Who a question counts, in words.

export type Unit = { one: string; many: string }

/** Nouns of a count_by: person (the default), session, account or property:NAME. */
export function unitOf(countBy: string | undefined): Unit {
  if (countBy === 'session') return { one: 'visit', many: 'visits' }
  if (countBy === 'account') return { one: 'account', many: 'accounts' }
  if (countBy?.startsWith('property:')) return { one: `value of ${countBy.slice('property:'.length)}`, many: `values of ${countBy.slice('property:'.length)}` }
  return { one: 'person', many: 'people' }
}
