import { useState } from 'react'
import { Button, Popover } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Problem } from '../api/client'
import { term } from '../lib/filter'
import { formatClock } from '../lib/time'
import { usePreferences } from '../lib/view'
import { useBreak, type DemoBreak, type DemoState, type Effect } from './demoQueries'

const breaks: [Effect, string][] = [['slow', 'Slow'], ['fail', 'Fail']]
const mends: [Effect, string][] = [['fix', 'Fix']]
const effectWords = { slow: 'is slow', fail: 'fails' } satisfies Record<DemoBreak['effect'], string>

/** Lets the reader cause an incident and mend it, with the way to watch it arrive. */
export function BreakMenu({ state }: { state: DemoState }) {
  const [open, setOpen] = useState(false)
  const broken = state.breaks.length
  return (
    <Popover opened={open} onChange={setOpen} position="top-end" width={340} trapFocus shadow="md">
      <Popover.Target>
        <Button size="compact-xs" variant="default" className={broken > 0 ? 'demo-broken' : ''} onClick={() => setOpen(!open)}>
          Break something{broken > 0 && ` · ${broken} broken`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Break something" className="demo-menu">
        <Menu state={state} onLeave={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Menu({ state, onLeave }: { state: DemoState; onLeave: () => void }) {
  const change = useBreak()
  const act = (endpoint: string, effect: Effect) => change.mutate({ endpoint, effect })
  return (
    <>
      <h2>Break an endpoint of the shop</h2>
      <p className="muted small">The simulated people react within seconds: they wait, try again, rage or leave.</p>
      {change.error && <p role="alert" className="failed small">{change.error instanceof Problem ? `${change.error.message}. ${change.error.hint}` : 'The server cannot be reached.'}</p>}
      <ul>
        {state.endpoints.map((endpoint) => (
          <Endpoint key={endpoint} endpoint={endpoint} broken={state.breaks.find((b) => b.endpoint === endpoint)} busy={change.isPending} act={act} onLeave={onLeave} />
        ))}
      </ul>
    </>
  )
}

type EndpointProps = { endpoint: string; broken: DemoBreak | undefined; busy: boolean; act: (endpoint: string, effect: Effect) => void; onLeave: () => void }

function Endpoint({ endpoint, broken, busy, act, onLeave }: EndpointProps) {
  const { zone } = usePreferences()
  return (
    <li>
      <span className="demo-endpoint">
        {endpoint}
        {broken && (
          <span className="failed">
            {' '}{effectWords[broken.effect]} since {formatClock(Date.parse(broken.since), zone, 'minute')}.{' '}
            <Link to="/live" search={{ filter: callsOf(endpoint) }} onClick={onLeave}>Watch it arrive</Link>
          </span>
        )}
      </span>
      {(broken ? mends : breaks).map(([effect, word]) => (
        <Button key={effect} size="compact-xs" variant="default" disabled={busy} aria-label={`${word} ${endpoint}`} onClick={() => act(endpoint, effect)}>{word}</Button>
      ))}
    </li>
  )
}

/** The filter for the calls of an endpoint that is named as METHOD route. */
function callsOf(endpoint: string): string {
  const [method = '', route = ''] = endpoint.split(' ')
  return `${term('call.method', '==', method)} && ${term('call.route', '==', route)}`
}
