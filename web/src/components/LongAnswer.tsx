import { useEffect, useState, type ReactNode } from 'react'
import { Loader } from '@mantine/core'
import { formatShare } from '../lib/format'
import { offeredSample, useSample } from '../lib/sample'
import { useSetSearch } from '../lib/view'
import { useOld } from '../lib/old'
import { ErrorNotice } from './Notice'
import './ask.css'

type Query<Data> = { data: Data | undefined; error: unknown; isPlaceholderData: boolean; isFetching: boolean; asked: boolean; samples: boolean; cancel: () => void; refetch: () => unknown }

/** From here on a question is worth a clock, and a way to call it off. */
const longMs = 1000
/** From here on an estimate may be worth more than the wait. */
const tooLongMs = 7000

/** The answer of a question that may take long: what it takes so far, a way to call it off, and what was answered before meanwhile. */
export function LongAnswer<Data>({ query, what, children }: { query: Query<Data>; what: string; children: (data: Data) => ReactNode }) {
  const old = useOld(query)
  // An old answer stays under the words of its own question, which are in the function that drew it.
  const [drawn, setDrawn] = useState({ data: query.data, draw: children })
  if (!old && query.data !== drawn.data) setDrawn({ data: query.data, draw: children })
  const off = query.asked && !query.isFetching && !query.error && (query.data === undefined || old)
  return (
    <div className="stack">
      {query.isFetching && <UnderWay first={query.data === undefined} what={what} samples={query.samples} onCancel={query.cancel} />}
      {query.samples && <Estimated />}
      {off && <p className="under-way">Cancelled. {old && 'What is below answers an earlier question. '}<button type="button" className="plain-button" onClick={() => void query.refetch()}>Ask again</button></p>}
      {query.error && !query.isFetching ? <ErrorNotice error={query.error} /> : query.data !== undefined && <div className="answer" aria-busy={old}>{(old ? drawn.draw : children)(query.data)}</div>}
    </div>
  )
}

/** Says that the numbers are estimates, and how to have them exact. */
function Estimated() {
  const sample = useSample()
  const setSearch = useSetSearch()
  if (!sample) return null
  return <p className="under-way">Estimated from {formatShare(sample)} of the people; lists hold those only. <button type="button" className="plain-button" onClick={() => setSearch({ sample: undefined })}>Count everybody</button></p>
}

function UnderWay({ first, what, samples, onCancel }: { first: boolean; what: string; samples: boolean; onCancel: () => void }) {
  const sample = useSample()
  const setSearch = useSetSearch()
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
      {samples && !sample && now - began >= tooLongMs && <button type="button" className="plain-button" title="The question under way is called off" onClick={() => setSearch({ sample: offeredSample })}>Estimate from a tenth of the people</button>}
    </p>
  )
}
