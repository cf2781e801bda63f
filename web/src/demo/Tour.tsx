import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { Button } from '@mantine/core'
import { useNavigate, useRouterState } from '@tanstack/react-router'
import type { Search } from '../lib/search'
import { useRange } from '../lib/view'
import type { DemoBreak } from './demoQueries'
import { setTourSmall, setTourStep, stepCount } from './tour'
import { isAt, steps, type Place } from './tourSteps'

/** Six steps from "what hurts people now" to "can I trust this", each on the page itself. */
export function Tour({ step, broken }: { step: number; broken: DemoBreak[] }) {
  const { query } = useRange()
  const navigate = useNavigate()
  const heading = useRef<HTMLHeadingElement>(null)
  const moved = useRef(false)
  const [state, setState] = useState<'here' | 'looking' | 'nothing' | 'unreachable'>('here')
  useFolding(step)
  useEffect(() => {
    if (moved.current) heading.current?.focus()
  }, [step])
  const here = steps[step - 1]
  if (!here) return null
  const go = (to: number) => {
    moved.current = true
    setTourStep(to)
    void show(to)
  }
  const show = async (of: number) => {
    setState('looking')
    try {
      const place = await steps[of - 1]!.find({ range: query, broken })
      setState(place ? 'here' : 'nothing')
      if (place) await open(place)
    } catch {
      setState('unreachable')
    }
  }
  const open = async ({ to, search }: Place) => {
    await navigate({ to, search: (previous: Search) => ({ from: previous.from, to: previous.to, ...search }) } as never)
    pointOut()
  }
  const busy = state === 'looking'
  return (
    <section className="tour" aria-label={`Tour, step ${step} of ${stepCount}`}>
      <h2 ref={heading} tabIndex={-1}><span className="muted">{step} of {stepCount}</span> {here.title}</h2>
      <p>{here.text}</p>
      <p role="status" className="muted small">{{ here: '', looking: 'Looking for it…', nothing: here.missing, unreachable: 'The server does not answer; try again.' }[state]}</p>
      <div className="row">
        <Button size="compact-xs" variant="subtle" onClick={() => setTourStep(null)}>End the tour</Button>
        <Button size="compact-xs" variant="subtle" onClick={() => setTourSmall(true)}>Fold</Button>
        <span className="grow" />
        <Button size="compact-xs" variant="default" disabled={busy} onClick={() => void show(step)}>Show me</Button>
        {step > 1 && <Button size="compact-xs" variant="default" disabled={busy} onClick={() => go(step - 1)}>Back</Button>}
        {step < stepCount
          ? <Button size="compact-xs" variant="default" className="tour-next" disabled={busy} onClick={() => go(step + 1)}>Next</Button>
          : <Button size="compact-xs" variant="default" className="tour-next" onClick={() => setTourStep(null)}>Done</Button>}
      </div>
    </section>
  )
}

/** Folds the tour when the reader leaves what its step speaks of, so that it covers no other page. */
function useFolding(step: number) {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const leave = useEffectEvent((to: string) => {
    if (!isAt(step, to)) setTourSmall(true)
  })
  const first = useRef(path)
  useEffect(() => {
    if (path !== first.current) leave(path)
    first.current = path
  }, [path])
}

/** Marks for a moment what the step speaks of: the sentence that the page begins with. */
function pointOut() {
  const sentence = document.querySelector('#content h1')
  sentence?.scrollIntoView({ block: 'nearest' })
  sentence?.animate([{ outline: '2px solid var(--accent)', outlineOffset: '3px' }, { outline: '2px solid transparent', outlineOffset: '3px' }], { duration: 2500, easing: 'ease-in' })
}
