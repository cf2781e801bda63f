import { useEffect, useRef } from 'react'
import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { endpointFilter, endpointName, type EndpointStats } from '../api/endpoints'
import { useEvents } from '../api/groups'
import { useCalls, useEndpoints } from '../api/queries'
import { term } from '../lib/filter'
import type { Search } from '../lib/search'
import { useRange } from '../lib/view'
import type { DemoBreak } from './demoQueries'
import { setTourSmall, setTourStep, stepCount } from './tour'

/** A place in the product: the pages are the real ones, filled with what hurts people right now. */
type Place = { to: string; search?: Search }

type Step = { title: string; text: string; place: Place }

/** Six steps from "what hurts people now" to "can I trust this", each on the page itself. */
export function Tour({ step, broken }: { step: number; broken: DemoBreak[] }) {
  const steps = useSteps(broken)
  const navigate = useNavigate()
  const heading = useRef<HTMLHeadingElement>(null)
  const moved = useRef(false)
  useEffect(() => {
    if (moved.current) heading.current?.focus()
  }, [step])
  const go = (to: number) => {
    moved.current = true
    setTourStep(to)
    show(steps[to - 1])
  }
  const show = (target: Step | undefined) => {
    if (target) void navigate({ to: target.place.to, search: (previous: Search) => ({ from: previous.from, to: previous.to, ...target.place.search }) } as never).then(pointOut)
  }
  const here = steps[step - 1]
  if (!here) return null
  return (
    <section className="tour" aria-label={`Tour, step ${step} of ${stepCount}`}>
      <h2 ref={heading} tabIndex={-1}><span className="muted">{step} of {stepCount}</span> {here.title}</h2>
      <p>{here.text}</p>
      <div className="row">
        <Button size="compact-xs" variant="subtle" onClick={() => setTourStep(null)}>End the tour</Button>
        <Button size="compact-xs" variant="subtle" onClick={() => setTourSmall(true)}>Fold</Button>
        <span className="grow" />
        <Button size="compact-xs" variant="default" onClick={() => show(here)}>Show me</Button>
        {step > 1 && <Button size="compact-xs" variant="default" onClick={() => go(step - 1)}>Back</Button>}
        {step < stepCount
          ? <Button size="compact-xs" variant="default" className="tour-next" onClick={() => go(step + 1)}>Next</Button>
          : <Button size="compact-xs" variant="default" className="tour-next" onClick={() => setTourStep(null)}>Done</Button>}
      </div>
    </section>
  )
}

/** Marks for a moment what the step speaks of: the sentence that the page begins with. */
function pointOut() {
  const sentence = document.querySelector('#content h1')
  sentence?.scrollIntoView({ block: 'nearest' })
  sentence?.animate([{ outline: '2px solid var(--accent)', outlineOffset: '3px' }, { outline: '2px solid transparent', outlineOffset: '3px' }], { duration: 2500, easing: 'ease-in' })
}

function useSteps(broken: DemoBreak[]): Step[] {
  const { query } = useRange()
  const endpoints = useEndpoints(query)
  const endpoint = worst(endpoints.data?.rows ?? [], broken)
  const filter = endpoint ? `${endpointFilter(endpoint)} && call.failed == true` : 'call.failed == true'
  const calls = useCalls({ ...query, filter: `call.linked == true && ${filter}` }, 1)
  const call = calls.data?.pages[0]?.rows[0]
  const orders = useEvents({ ...query, filter: term('event.name', '==', 'Order Paid') })
  const order = orders.data?.pages[0]?.rows.map((e) => e.properties?.order_id).find((id) => typeof id === 'string')
  const session = call?.link?.session_id || call?.session_id
  return [
    {
      title: 'What hurts people now',
      text: 'The first sentence names the endpoint that costs most and the people it hit. On a quiet day it says so. Every number on every page opens what it counts.',
      place: { to: '/' },
    },
    {
      title: 'One endpoint',
      text: 'Over time: how many calls, how many failed, how long they took. The list of callers names what people did to cause them. Vertical lines are releases: did it begin with one?',
      place: endpoint ? { to: `/endpoints/${encodeURIComponent(endpoint.id)}` } : { to: '/endpoints' },
    },
    {
      title: 'Its calls',
      text: 'The failed calls of that endpoint, one a row. Open one: the browser, the proxy and the service each saw the same request, and the times between them tell where it was lost.',
      place: { to: '/calls', search: { filter } },
    },
    {
      title: "One person's visit",
      text: 'Under each thing a person did lie the calls it caused, and under those what the servers did. The Link column names the evidence, from an id that was passed on (certain) to mere timing (a guess), and how sure it is.',
      place: session ? { to: `/sessions/${encodeURIComponent(session)}` } : { to: '/sessions', search: { filter: 'session.failed > 0' } },
    },
    {
      title: 'Whatever somebody sends you',
      text: order ? `A customer writes: my order ${order} went wrong. Press / and type the number: the visit and the calls of the servers that bear it are listed.` : 'Press / and type what somebody sent you: an order number, a request id, a trace or a person. The visit behind it is found.',
      place: { to: '/sessions' },
    },
    {
      title: 'How far to trust it',
      text: 'How much is linked, by which method, and why the rest is not: programs without a browser, blockers, a log without ids. Now break something below and watch it arrive on Live and on the Overview.',
      place: { to: '/quality' },
    },
  ]
}

/** The endpoint to look at: what is broken on purpose once somebody met it, else what failed most for people that are known. */
function worst(rows: EndpointStats[], broken: DemoBreak[]): EndpointStats | undefined {
  const met = rows.filter((row) => row.failed > 0 && row.people > 0 && row.service !== 'edge').toSorted((a, b) => b.failed - a.failed)
  return met.find((row) => broken.some((b) => b.endpoint === endpointName(row))) ?? met[0]
}
