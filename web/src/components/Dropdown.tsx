import { useState, type ReactNode } from 'react'
import { Button, Popover } from '@mantine/core'

/** A button that opens a small panel below it; Esc and a click outside close it. */
export function Dropdown({ label, children }: { label: string; children: (close: () => void) => ReactNode }) {
  const [open, setOpen] = useState(false)
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button size="compact-xs" variant="default" onClick={() => setOpen(!open)}>{label}<span aria-hidden>&nbsp;▾</span></Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={label} className="dropdown">{children(() => setOpen(false))}</Popover.Dropdown>
    </Popover>
  )
}
