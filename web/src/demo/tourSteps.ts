// What the tour speaks of, and where that is. A step asks the server only when the reader goes there.
import { api, unwrap } from '../api/client'
import { endpointFilter, endpointName, type EndpointStats } from '../api/endpoints'
import type { RangeQuery } from '../api/queries'
import { term } from '../lib/filter'
import type { Search } from '../lib/search'
import type { DemoBreak } from './demoQueries'

/** A place in the product: the pages are the real ones, filled with what hurts people right now. */
export type Place = { to: string; search?: Search }

export type Asked = { range: RangeQuery; broken: DemoBreak[] }

export type Step = {
  title: string
  text: string
  /** Said when there is nothing to show. */
  missing: string
  /** Paths that belong to the step, by their beginning. */
  area: string[]
  find: (asked: Asked) => Promise<Place | null>
}

const noFailure = 'Nobody met a failure in this time range. Choose a longer one, or break something below.'

export const steps: Step[] = [
  {
    title: 'What hurts people now',
    text: 'The first sentence names the endpoint that costs most and the people it hit. On a quiet day it says so. Every number on every page opens what it counts.',
    missing: '',
    area: ['/'],
    find: () => Promise.resolve({ to: '/' }),
  },
  {
    title: 'One endpoint',
    text: 'Over time: how many calls, how many failed, how long they took. The list of callers names what people did to cause them. Vertical lines are releases: did it begin with one?',
    missing: noFailure,
    area: ['/endpoints/'],
    find: async (asked) => {
      const endpoint = await worst(asked)
      return endpoint && { to: `/endpoints/${encodeURIComponent(endpoint.id)}` }
    },
  },
  {
    title: 'Its calls',
    text: 'The failed calls of that endpoint, one a row. Open one: the browser, the proxy and the service each saw the same request, and the times between them tell where it was lost.',
    missing: noFailure,
    area: ['/calls'],
    find: async (asked) => {
      const endpoint = await worst(asked)
      return endpoint && { to: '/calls', search: { filter: failedOf(endpoint) } }
    },
  },
  {
    title: "One person's visit",
    text: 'Under each thing a person did lie the calls it caused, and under those what the servers did. The Link column names the evidence, from an id that was passed on (certain) to mere timing (a guess), and how sure it is.',
    missing: noFailure,
    area: ['/sessions/'],
    find: async (asked) => {
      const endpoint = await worst(asked)
      if (!endpoint) return null
      const filter = `call.linked == true && ${failedOf(endpoint)}`
      const { rows } = await unwrap(api.GET('/api/v1/calls', { params: { query: { ...asked.range, filter, limit: 1 } } }))
      const session = rows[0]?.link?.session_id || rows[0]?.session_id
      return session ? { to: `/sessions/${encodeURIComponent(session)}` } : null
    },
  },
  {
    title: 'Whatever somebody sends you',
    text: 'A customer writes: my order went wrong, and names its number. Press / and type it, as here with an order that was just paid: the visit and the calls of the servers that bear it are found. A request id, a trace or a person does as well.',
    missing: 'Nobody paid an order in this time range. Choose a longer one.',
    area: ['/find', '/sessions/', '/calls'],
    find: async ({ range }) => {
      const { rows } = await unwrap(api.GET('/api/v1/events', { params: { query: { ...range, filter: term('event.name', '==', 'Order Paid'), limit: 1 } } }))
      const order = rows[0]?.properties?.order_id
      return typeof order === 'string' ? { to: '/find', search: { q: order } } : null
    },
  },
  {
    title: 'How far to trust it',
    text: 'How much is linked, by which method, and why the rest is not: programs without a browser, blockers, a log without ids. Now break something below and watch it arrive on Live and on the Overview.',
    missing: '',
    area: ['/quality'],
    find: () => Promise.resolve({ to: '/quality' }),
  },
]

/** Whether a path belongs to a step. */
export function isAt(step: number, path: string): boolean {
  return steps[step - 1]?.area.some((begin) => (begin === '/' ? path === '/' : path.startsWith(begin))) ?? false
}

function failedOf(endpoint: EndpointStats): string {
  return `${endpointFilter(endpoint)} && call.failed == true`
}

/** The endpoint to look at: what is broken on purpose once somebody met it, else what failed most for people that are known. */
async function worst({ range, broken }: Asked): Promise<EndpointStats | null> {
  const { rows } = await unwrap(api.GET('/api/v1/endpoints', { params: { query: range } }))
  const met = rows.filter((row) => row.failed > 0 && row.people > 0 && row.service !== 'edge').toSorted((a, b) => b.failed - a.failed)
  return met.find((row) => broken.some((b) => b.endpoint === endpointName(row))) ?? met[0] ?? null
}
