import { useEffect, useState, type ReactNode } from 'react'
import { Loader } from '@mantine/core'
import { useOld } from '../lib/old'
import { ErrorNotice } from './Notice'
import './ask.css'

type Query<Data> = { data: Data | undefined; error: unknown; isPlaceholderData: boolean; isFetching: boolean; asked: boolean; cancel: () => void; refetch: () => unknown }

/** From here on a question is worth a clock, and a way to call it off. */
const longMs = 1000

/** The answer of a question that may take long: what it takes so far, a way to call it off, and what was answered before meanwhile. */
export function LongAnswer<Data>({ query, what, children }: { query: Query<Data>; what: string; children: (data: Data) => ReactNode }) {
  const old = useOld(query)
  // An old answer stays under the words of its own question, which are in the function that drew it.
  const [drawn, setDrawn] = useState({ data: query.data, draw: children })
  if (!old && query.data !== drawn.data) setDrawn({ data: query.data, draw: children })
  const off = query.asked && !query.isFetching && !query.error && (query.data === undefined || old)
  return (
    <div className="stack">
      {query.isFetching && <UnderWay first={query.data === undefined} what={what} onCancel={query.cancel} />}
      {off && <p className="under-way">Cancelled. {old && 'What is below answers an earlier question. '}<button type="button" className="plain-button" onClick={() => void query.refetch()}>Ask again</button></p>}
      {query.error && !query.isFetching ? <ErrorNotice error={query.error} /> : query.data !== undefined && <div className="answer" aria-busy={old}>{(old ? drawn.draw : children)(query.data)}</div>}
    </div>
  )
}

function UnderWay({ first, what, onCancel }: { first: boolean; what: string; onCancel: () => void }) {
  const [began] = useState(() => Date.now())
  const [now, setNow] = useState(began)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  const long = now - began >= longMs
  if (!first && !long) return null
  return (
    <p className="under-way" role={first ? 'status' : undefined}>
      <Loader size="xs" aria-hidden /> Counting {what} …
      {long && <> {Math.round((now - began) / 1000)} s <button type="button" className="plain-button" onClick={onCancel}>Cancel</button></>}
    </p>
  )
}
