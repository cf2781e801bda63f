import { useState } from 'react'
import { ActionIcon, Button, Popover, SegmentedControl } from '@mantine/core'
import { useClock } from './useClock'
import { useRange, usePreferences, useSetSearch, useViewSearch } from '../lib/view'
import { defaultRange, formatRange, fromInputValue, parseRelative, toInputValue, toIso, zoneName, type Zone } from '../lib/time'

const quick = ['15m', '1h', '6h', '24h', '7d', '30d', '90d']

/** What the whole page looks at: the last so-much, or from one moment to another, in UTC or the reader's zone. */
export function TimeRangePicker() {
  useClock()
  const { zone, now, refresh } = usePreferences()
  const { from, to } = useViewSearch()
  const range = useRange()
  const [open, setOpen] = useState(false)
  const relative = !to && parseRelative(from ?? defaultRange)
  const label = relative ? `Last ${from ?? defaultRange}` : formatRange(range, zone, now)
  return (
    <>
      <Popover opened={open} onChange={setOpen} position="bottom-end" width={300} trapFocus shadow="md">
        <Popover.Target>
          <Button size="compact-sm" variant="default" className="range-button" onClick={() => setOpen(!open)}>
            <span className="hidden-text">Time range: </span>{label}<span className="muted zone"> {zoneName(zone)}</span>
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Time range">
          <RangeForm key={`${from} ${to} ${zone}`} onDone={() => setOpen(false)} />
        </Popover.Dropdown>
      </Popover>
      <ActionIcon variant="default" size={26} aria-label="Refresh" title="Refresh (r)" onClick={refresh}>↻</ActionIcon>
    </>
  )
}

function RangeForm({ onDone }: { onDone: () => void }) {
  const { zone, setZone, refresh } = usePreferences()
  const { from: current, to: end } = useViewSearch()
  const range = useRange()
  const setSearch = useSetSearch()
  const [from, setFrom] = useState(toInputValue(range.from, zone))
  const [to, setTo] = useState(toInputValue(range.to, zone))
  const start = fromInputValue(from, zone)
  const stop = fromInputValue(to, zone)
  const valid = start !== null && stop !== null && start < stop

  const pickRelative = (text: string) => {
    refresh()
    setSearch({ from: text === defaultRange ? undefined : text, to: undefined })
    onDone()
  }
  const pickAbsolute = () => {
    if (!valid) return
    setSearch({ from: toIso(start), to: toIso(stop) })
    onDone()
  }
  return (
    <form className="stack" action={pickAbsolute}>
      <div className="row" role="group" aria-label="Last">
        {quick.map((text) => (
          <Button key={text} size="compact-xs" variant={!end && (current ?? defaultRange) === text ? 'filled' : 'default'} onClick={() => pickRelative(text)}>{text}</Button>
        ))}
      </div>
      <label className="field">From<input placeholder="2026-11-23 14:00" required value={from} onChange={(e) => setFrom(e.target.value)} /></label>
      <label className="field">To<input placeholder="2026-11-23 14:00" required value={to} onChange={(e) => setTo(e.target.value)} /></label>
      {!valid && <p role="alert" className="failed small">Write both as year-month-day hour:minute, the start before the end.</p>}
      <div className="row">
        <SegmentedControl size="xs" aria-label="Time zone" value={zone} onChange={(value) => setZone(value as Zone)}
          data={[{ value: 'utc', label: 'UTC' }, { value: 'local', label: 'Local' }]} />
        <span className="grow" />
        <Button type="submit" size="compact-sm" disabled={!valid}>Apply</Button>
      </div>
    </form>
  )
}
