import type { ReactNode } from 'react'

/** Holds a table that is wider than a phone. */
export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  // The region scrolls, so the keyboard must be able to reach it.
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  return <div className="scroll" tabIndex={0} role="region" aria-label={label}>{children}</div>
}
