import type { ReactNode } from 'react'
import { Link } from '@tanstack/react-router'
import { glossary, type Entry, type TermId } from '../lib/glossary'
import './components.css'

/** A word that the glossary explains: what it is on pointing, the entry on a click. */
export function Term({ id, children }: { id: TermId; children?: ReactNode }) {
  const { term, short }: Entry = glossary[id]
  return <Link to="/glossary" hash={id} className="term" title={short}>{children ?? term}</Link>
}
