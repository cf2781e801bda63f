// What was entered on Connect, kept in this browser for the next visit; the address of the page goes before it.
import { project } from '../../api/client'
import type { Search } from '../../lib/search'

const key = `clickspan-connect${project && `-${project}`}`
const fields = ['server', 'site', 'intake', 'log'] as const

type Entered = Pick<Search, (typeof fields)[number]>

export function keptSetup(): Entered {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? '{}') as Record<string, unknown>
    return Object.fromEntries(fields.flatMap((field) => (typeof kept[field] === 'string' ? [[field, kept[field]]] : [])))
  } catch {
    return {}
  }
}

export function keepSetup(change: Entered) {
  try {
    localStorage.setItem(key, JSON.stringify({ ...keptSetup(), ...change }))
  } catch {
    // A full or forbidden storage costs the convenience only.
  }
}
