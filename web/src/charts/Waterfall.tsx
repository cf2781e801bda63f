import { useEffect, useEffectEvent, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { formatMs, formatShare } from '../lib/format'
import { Minimap } from './Minimap'
import { useHotkeys } from '../shell/hotkeys'
import { useListKeys } from './useListKeys'
import { extentOf, originsOf, parentOf, spanSinceOrigin, visibleRows, type WaterfallRow } from './waterfallRows'
import './charts.css'
import './waterfall.css'

/** What the bars are measured from: each from the action above it, or all from the beginning of the session. */
export type Axis = 'action' | 'session'

type Props = {
  label: string
  rows: WaterfallRow[]
  axis: Axis
  onAxis: (axis: Axis) => void
  selected: string | undefined
  onSelect: (id: string | undefined) => void
  /** The rows that n and p jump between. */
  stops: (row: WaterfallRow) => boolean
}

const rowHeight = 24
const icons: Record<WaterfallRow['kind'], string> = { page: '▤', click: '●', submit: '◉', event: '○', vital: '◆', error: '✖', client: '⇄', server: '▮', span: '└' }
const kinds: Record<WaterfallRow['kind'], string> = {
  page: 'page', click: 'click', submit: 'submit', event: 'event', vital: 'web vital', error: 'browser error', client: 'client call', server: 'server call', span: 'span',
}

/** What happened when: each action, the calls it caused, the server's rows under them, the spans below. An ARIA treegrid. */
export function Waterfall({ label, rows, axis, onAxis, selected, onSelect, stops }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const extent = useMemo(() => extentOf(rows), [rows])
  const [zoom, setZoom] = useState<[number, number] | null>(null)
  const view = zoom ?? extent
  const origins = useMemo(() => originsOf(rows), [rows])
  const span = useMemo(() => spanSinceOrigin(rows, origins), [rows, origins])
  const windowOf = (index: number): [number, number] => (axis === 'session' ? view : [origins[index]!, origins[index]! + span])
  const showOnSession = (next: [number, number] | null) => {
    setZoom(next)
    onAxis('session')
  }
  const visible = useMemo(() => visibleRows(rows, closed), [rows, closed])
  const current = visible.findIndex((index) => rows[index]!.id === selected)
  const virtual = useVirtualizer({ count: visible.length, getScrollElement: () => box.current, estimateSize: () => rowHeight, overscan: 12, scrollPaddingStart: rowHeight })

  const reveal = (position: number, align: 'auto' | 'center') => {
    virtual.scrollToIndex(position, { align })
    const focus = () => box.current?.querySelector<HTMLElement>(`[data-index="${visible[position]}"]`)?.focus({ preventScroll: true })
    // A far row is drawn a frame after the scroll that brings it into view.
    requestAnimationFrame(() => requestAnimationFrame(focus))
  }
  const goTo = (wanted: number) => {
    const position = Math.max(0, Math.min(visible.length - 1, wanted))
    const index = visible[position]
    if (index === undefined) return
    onSelect(rows[index]!.id)
    reveal(position, 'auto')
  }
  // An address that names a row opens with that row in the middle of the view and the keyboard on it.
  const showSelected = useEffectEvent(() => {
    if (current >= 0) reveal(current, 'center')
  })
  useEffect(() => showSelected(), [])
  const jump = (step: 1 | -1) => {
    const begin = current < 0 && step < 0 ? visible.length : current
    for (let at = begin + step; at >= 0 && at < visible.length; at += step) {
      if (stops(rows[visible[at]!]!)) return goTo(at)
    }
  }
  useHotkeys({ n: () => jump(1), p: () => jump(-1) })
  const toggle = (row: WaterfallRow, open = closed.has(row.id)) => {
    const next = new Set(closed)
    if (open) next.delete(row.id)
    else next.add(row.id)
    setClosed(next)
  }
  const zoomTo = (row: WaterfallRow) => {
    const width = Math.max(20, (row.duration ?? 0) * 1.4)
    const middle = row.start + (row.duration ?? 0) / 2
    showOnSession([middle - width / 2, middle + width / 2])
  }
  useListKeys({ count: visible.length, current: () => current, onMove: goTo, onClose: () => onSelect(undefined) })

  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[visible[current] ?? -1]
    if (event.key === 'ArrowDown') goTo(current + 1)
    else if (event.key === 'ArrowUp') goTo(current - 1)
    else if (event.key === 'Home') goTo(0)
    else if (event.key === 'End') goTo(visible.length - 1)
    else if (event.key === '0') showOnSession(null)
    else if (!row) return
    else if (event.key === 'z') zoomTo(row)
    else if (event.key === 'Enter' && row.hasChildren) toggle(row)
    else if (event.key === 'ArrowRight' && row.hasChildren && closed.has(row.id)) toggle(row, true)
    else if (event.key === 'ArrowRight' && row.hasChildren) goTo(current + 1)
    else if (event.key === 'ArrowLeft' && row.hasChildren && !closed.has(row.id)) toggle(row, false)
    else if (event.key === 'ArrowLeft') goTo(visible.indexOf(parentOf(rows, visible[current]!)))
    else return
    event.preventDefault()
  }
  return (
    <div className="waterfall">
      <Minimap rows={rows} extent={extent} view={axis === 'session' ? view : extent} onView={(next) => showOnSession(next === extent ? null : next)} />
      <div ref={box} className="table-scroll waterfall-scroll">
        <div role="treegrid" aria-label={label} aria-rowcount={visible.length + 1} tabIndex={-1}>
          <div role="rowgroup" className="table-head"><Head axis={axis} onAxis={onAxis} view={axis === 'session' ? [view[0] - extent[0], view[1] - extent[0]] : [0, span]} /></div>
          <div role="rowgroup" className="table-body" style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const index = visible[item.index]!
              const row = rows[index]!
              return (
                <div key={row.id} role="row" data-index={index} aria-rowindex={item.index + 2} aria-level={row.depth + 1} aria-selected={row.id === selected}
                  aria-expanded={row.hasChildren ? !closed.has(row.id) : undefined} tabIndex={item.index === Math.max(0, current) ? 0 : -1}
                  className="table-row waterfall-row" style={{ transform: `translateY(${item.start}px)` }}
                  onKeyDown={onKeyDown} onClick={() => onSelect(row.id)} onDoubleClick={() => zoomTo(row)}>
                  <NameCell row={row} closed={closed.has(row.id)} onToggle={() => toggle(row)} />
                  <LinkCell link={row.link} />
                  <div role="gridcell" className="end">{row.duration === undefined ? '' : formatMs(row.duration)}</div>
                  <BarCell row={row} view={windowOf(index)} sinceAction={axis === 'action'} />
                </div>
              )
            })}
          </div>
        </div>
      </div>
    </div>
  )
}

// The last fifth of the head belongs to the button that changes the axis.
const fractions = [0, 0.2, 0.4, 0.6]

function Head({ axis, onAxis, view: [from, to] }: { axis: Axis; onAxis: (axis: Axis) => void; view: [number, number] }) {
  return (
    <div role="row" className="table-row waterfall-row" aria-rowindex={1}>
      <div role="columnheader">What happened</div>
      <div role="columnheader" title="How the row is tied to the one above, and how sure that is">Link</div>
      <div role="columnheader" className="end">Took</div>
      <div role="columnheader" className="bars">
        <button type="button" className="axis-button" title={axis === 'action' ? 'Bars begin at the action above them; measure from the beginning of the session instead' : 'Bars begin with the session; measure each from the action above it instead'} onClick={() => onAxis(axis === 'action' ? 'session' : 'action')}>
          {axis === 'action' ? 'since action' : 'since begin'} ⇄
        </button>
        {fractions.map((fraction) => <span key={fraction} style={{ left: `${fraction * 100}%` }}>{formatMs(Math.max(0, from + fraction * (to - from)))}</span>)}
      </div>
    </div>
  )
}

function NameCell({ row, closed, onToggle }: { row: WaterfallRow; closed: boolean; onToggle: () => void }) {
  return (
    <div role="gridcell" className="waterfall-name" style={{ paddingLeft: 6 + row.depth * 14 }}>
      {row.hasChildren
        ? <button type="button" className="twist" tabIndex={-1} aria-label={closed ? 'Open' : 'Close'} onClick={(event) => {
          event.stopPropagation()
          onToggle()
        }}>{closed ? '▸' : '▾'}</button>
        : <span className="twist" />}
      <span className={`icon k-${row.kind}`} aria-hidden>{icons[row.kind]}</span>
      <span className="hidden-text">{kinds[row.kind]} </span>
      <span className={row.tone === 'ok' ? 'cut label' : `cut label ${row.tone}`} title={row.label}>{row.label}</span>
      {row.note && <span className={row.tone === 'ok' ? 'cut muted' : `cut ${row.tone}`}>{row.note}</span>}
      <Signals signals={row.signals} />
    </div>
  )
}

/** The first sign of friction in words, and how many more there are; the panel tells them all. */
function Signals({ signals: [first, ...more] }: { signals: string[] }) {
  if (!first) return null
  return (
    <>
      <span className="signal">{first}</span>
      {more.length > 0 && <span className="signal" title={more.join(', ')}>+{more.length}<span className="hidden-text"> {more.join(', ')}</span></span>}
    </>
  )
}

function LinkCell({ link }: { link: WaterfallRow['link'] }) {
  if (!link) return <div role="gridcell"><span className="hidden-text">none</span></div>
  return (
    <div role="gridcell" className={link.confidence >= 0.95 ? 'link-sure' : link.confidence >= 0.7 ? 'link-likely' : 'link-weak'}>
      {link.method} {formatShare(link.confidence)}
    </div>
  )
}

function BarCell({ row, view: [from, to], sinceAction }: { row: WaterfallRow; view: [number, number]; sinceAction: boolean }) {
  const left = ((row.start - from) / (to - from)) * 100
  const right = left + ((row.duration ?? 0) / (to - from)) * 100
  const moment = row.duration === undefined
  const shown = left < 100 && right > -0.5
  const before = right <= -0.5
  const begin = Math.max(0, left)
  return (
    <div role="gridcell" className="bars" aria-label={`${sinceAction && before ? `← −${formatMs(from - row.start)}, ` : ''}${moment ? 'a moment' : formatMs(row.duration)}`}>
      {shown && <i className={`bar k-${row.kind} t-${row.tone}${moment ? ' moment' : ''}`} style={moment ? { left: `max(4px, ${left}%)` } : { left: `${begin}%`, width: `${Math.min(100, right) - begin}%` }} />}
      {shown && row.signals.length > 0 && <i className="flag" style={{ left: `${begin}%` }} aria-hidden>⚑</i>}
      {sinceAction && before && <span className="beyond before" aria-hidden>← −{formatMs(from - row.start)}</span>}
      {sinceAction && right > 100 && <span className="beyond">{left >= 100 ? `+${formatMs(row.start - from)} ` : ''}→</span>}
    </div>
  )
}
