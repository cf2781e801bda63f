import type { ReactNode } from 'react'
import { Link } from '@tanstack/react-router'

/** A number that opens the events it counts. */
export function EventsLink({ filter, title, children }: { filter: string; title?: string; children: ReactNode }) {
  return <Link to="/events" search={{ filter }} title={title} onClick={(event) => event.stopPropagation()}>{children}</Link>
}
