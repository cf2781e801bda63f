import { useEffect, useRef, useState } from 'react'
import { project } from '../../api/client'
import type { CallRecord, EventRecord } from '../../api/types'
import { stringifySearch } from '../../lib/search'
import { follow, type Message } from './stream'

export type LiveRow = { key: string; call: CallRecord; event?: never } | { key: string; event: EventRecord; call?: never }

/** More rows than these nobody reads; older ones are one click away in Calls. */
const keptRows = 1000
/** Rows are shown in bundles, so that a busy server does not draw the page a thousand times a second. */
const drawMs = 250

export type Live = { rows: LiveRow[]; state: 'connecting' | 'open' | 'lost'; error: unknown; waiting: number; missed: number }

/** The newest records as they are committed, for one filter: another filter is another list. While paused the list stands still and what comes is counted. */
export function useLive(filter: string | undefined, paused: boolean): Live {
  const [rows, setRows] = useState<LiveRow[]>([])
  const [state, setState] = useState<Live['state']>('connecting')
  const [error, setError] = useState<unknown>(null)
  const [waiting, setWaiting] = useState(0)
  const [missed, setMissed] = useState(0)
  const buffer = useRef<LiveRow[]>([])

  useEffect(() => {
    const abort = new AbortController()
    const query = stringifySearch({ filter, project })
    const onMessage = (message: Message) => {
      const row = rowOf(message)
      if (row) buffer.current = [row, ...buffer.current].slice(0, keptRows)
      else if (message.name === 'dropped') setMissed(droppedOf(message))
    }
    follow(`/api/v1/live${query}`, abort.signal, { onMessage, onState: setState }).catch(setError)
    return () => abort.abort()
  }, [filter])

  useEffect(() => {
    const timer = setInterval(() => {
      if (paused) return setWaiting(buffer.current.length)
      setWaiting(0)
      if (buffer.current.length === 0) return
      // What was committed together comes calls first; a reader expects its order in time.
      const fresh = buffer.current.toSorted((a, b) => timeOf(b) - timeOf(a))
      buffer.current = []
      setRows((shown) => [...fresh, ...shown].slice(0, keptRows))
    }, drawMs)
    return () => clearInterval(timer)
  }, [paused])

  return { rows, state, error, waiting, missed }
}

function rowOf({ name, data }: Message): LiveRow | null {
  if (name === 'call') {
    const call = JSON.parse(data) as CallRecord
    return { key: `c:${call.side}:${call.id}`, call }
  }
  if (name === 'event') {
    const event = JSON.parse(data) as EventRecord
    return { key: `e:${event.id}`, event }
  }
  return null
}

function droppedOf({ data }: Message): number {
  const { dropped } = JSON.parse(data) as { dropped?: number }
  return dropped ?? 0
}

function timeOf({ call, event }: LiveRow): number {
  return Date.parse((call ?? event).time)
}
