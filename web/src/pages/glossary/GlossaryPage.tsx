import { useEffect, useMemo } from 'react'
import { useLocation } from '@tanstack/react-router'
import { glossary, type Entry } from '../../lib/glossary'
import './glossary.css'

/** Every statistical word of the pages, in plain words. */
export default function GlossaryPage() {
  const { hash } = useLocation()
  const entries = useMemo(() => Object.entries<Entry>(glossary).toSorted(([, a], [, b]) => a.term.localeCompare(b.term)), [])
  useEffect(() => {
    if (hash) document.querySelector(`#${CSS.escape(hash)}`)?.scrollIntoView({ block: 'center' })
  }, [hash])
  return (
    <div className="stack">
      <h1>Glossary</h1>
      <p className="muted">The words that stand beside estimates, and how to read them.</p>
      <dl className="glossary">
        {entries.map(([id, { term, short, long }]) => (
          <div key={id} id={id} data-here={id === hash}>
            <dt>{term}</dt>
            <dd>{short} {long && <span className="muted">{long}</span>}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
