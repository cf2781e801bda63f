import { useState, type ReactNode } from 'react'
import { addTerm } from '../lib/filter'
import { explainLink, sureness } from '../lib/linkWords'
import { Link, useLocation } from '@tanstack/react-router'
import { formatCount } from '../lib/format'
import { formatAgo, formatMoment } from '../lib/time'
import { usePreferences, useViewSearch } from '../lib/view'
import './components.css'

/** A status as text; colour repeats what the number says. Without one the error says why; a browser may know neither. */
export function Status({ status, error }: { status: number | undefined; error?: string | undefined }) {
  if (!status) return <span className={error && error !== 'abort' ? 'failed' : 'muted'}>{error || '–'}</span>
  return <span className={status >= 500 ? 'failed' : status >= 400 ? 'refused' : undefined}>{status}</span>
}

const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

export function Method({ method }: { method: string }) {
  return <span className={writes.has(method) ? 'method writes' : 'method'}>{method}</span>
}

/** A moment, with how long ago it was in the tooltip. */
export function Moment({ at, precision = 'second' }: { at: string; precision?: 'minute' | 'second' | 'milli' }) {
  const { zone, now } = usePreferences()
  const ms = Date.parse(at)
  return <time dateTime={at} title={`${at} · ${formatAgo(ms, now)}`}>{formatMoment(ms, zone, precision)}</time>
}

/** A number or value that opens the calls it stands for. */
export function CallsLink({ filter, side, children }: { filter: string; side?: string; children: ReactNode }) {
  return (
    <Link to="/calls" search={{ filter, side }} onClick={(event) => event.stopPropagation()}>
      {children}
    </Link>
  )
}

export function SessionsLink({ filter, children }: { filter: string; children: ReactNode }) {
  return (
    <Link to="/sessions" search={{ filter }} onClick={(event) => event.stopPropagation()}>
      {children}
    </Link>
  )
}

/** A count and the link to what it counts; none has nothing to open. */
export function Opens({ n, children }: { n: number; children: (text: string) => ReactNode }) {
  return n === 0 ? <span className="muted">0</span> : children(formatCount(n))
}

/** In the place of a number that is still counted, or could not be: never the dash, which means none. */
export function Awaited({ failed }: { failed?: boolean }) {
  return failed ? <span className="failed" title="This number could not be counted">?</span> : <span className="muted" title="Still counting">…</span>
}

/** A person's id, which opens the person. */
export function PersonLink({ id }: { id: string }) {
  return <Link to="/people/$id" params={{ id }} className="mono" onClick={(event) => event.stopPropagation()}>{id}</Link>
}

/** How a link was found and how sure it is: the text says it, the colour repeats it. */
export function Confidence({ method, confidence }: { method: string; confidence: number }) {
  const tone = { sure: 'good', likely: 'refused', 'a guess': 'slow' }[sureness(method, confidence)]
  return <span className={tone} title={explainLink({ method, confidence })}>{method} {Math.round(confidence * 100)} %</span>
}

/** Facts as terms and descriptions; empty ones are left out. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {facts.filter(([, value]) => value !== undefined && value !== '' && value !== null && value !== false).map(([name, value]) => (
        <div key={name}><dt>{name}</dt><dd>{typeof value === 'string' ? <Long text={value} /> : value}</dd></div>
      ))}
    </dl>
  )
}

const longLength = 300

/** A text of any length: the beginning of a long one, and the rest when asked for. */
function Long({ text }: { text: string }) {
  const [whole, setWhole] = useState(false)
  if (text.length <= longLength + 50 || whole) return text
  return <>{shorten(text, longLength)} <button type="button" className="link-button" onClick={() => setWhole(true)}>all {formatCount(text.length)} characters</button></>
}

/** The beginning of a long text; never half a character. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** A value that filters calls by its condition: in the explorer it narrows the view, from elsewhere it opens one. */
export function FilterValue({ condition, children }: { condition: string; children: ReactNode }) {
  const search = useViewSearch()
  const { pathname } = useLocation()
  const here = pathname === '/calls'
  return (
    <Link to="/calls" className="value" title={`Only ${shorten(condition, 200)}`} search={here ? { ...search, filter: addTerm(search.filter, condition) } : { filter: condition, side: 'any' }}>
      {children}
    </Link>
  )
}
