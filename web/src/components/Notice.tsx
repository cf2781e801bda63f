import type { ReactNode } from 'react'
import { Loader } from '@mantine/core'
import { Problem } from '../api/client'
import { fieldsInWords, hintWords } from '../lib/fieldWords'
import { useOld } from '../lib/old'
import './components.css'

/** What went wrong, and what to do next. */
export function ErrorNotice({ error }: { error: unknown }) {
  const problem = error instanceof Problem ? error : null
  const fields = problem ? fieldsInWords(problem) : []
  if (problem && fields.length > 0) return <Mistakes fields={fields} hint={hintWords(problem.hint)} />
  return (
    <div role="alert" className="notice">
      <p className="failed">{problem ? problem.title : 'The server cannot be reached'}</p>
      <p>{problem ? problem.detail : String(error)}</p>
      <p className="muted">{problem ? problem.hint : 'Check that clickspan is running, then refresh with r.'}</p>
    </div>
  )
}

/** What the question got wrong, by the fields that it was asked with. */
function Mistakes({ fields, hint }: { fields: { field: string; message: string }[]; hint: string }) {
  return (
    <div role="alert" className="notice">
      <p className="failed">{fields.length === 1 ? 'One thing needs a change' : `${fields.length} things need a change`}</p>
      <ul className="mistakes">{fields.map(({ field, message }) => <li key={field}><b>{field}</b>: {message}</li>)}</ul>
      {hint && <p className="muted">{hint}</p>}
    </div>
  )
}

/** An empty place: what is missing, and the command or line that brings it. */
export function EmptyNotice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="notice">
      <p><b>{title}</b></p>
      {children}
    </div>
  )
}

type Query<Data> = { data: Data | undefined; error: unknown; isPlaceholderData: boolean }

/** The three states of a question: waiting, failed, answered. The answer of an earlier address stays in sight, marked as old, while the present one's comes. */
export function Answered<Data>({ query, what, children }: { query: Query<Data>; what: string; children: (data: Data) => ReactNode }) {
  const old = useOld(query)
  if (query.data !== undefined) return <div className="answer" aria-busy={old}>{children(query.data)}</div>
  if (query.error) return <ErrorNotice error={query.error} />
  return <div className="notice" role="status"><Loader size="xs" aria-hidden /> <span className="muted">Loading {what} …</span></div>
}
