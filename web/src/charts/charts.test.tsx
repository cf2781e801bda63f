import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { ChartFrame } from './ChartFrame'
import { DataTable, type Column } from './DataTable'
import { Heatmap } from './Heatmap'
import { Histogram } from './Histogram'
import { Minimap, moveView } from './Minimap'
import { timeTicks } from './ticks'
import { lonely } from './TimeSeries'
import { Waterfall } from './Waterfall'
import { extentOf, originsOf, parentOf, spanSinceOrigin, visibleRows, type WaterfallRow } from './waterfallRows'

vi.mock('../lib/view', () => ({ usePreferences: () => ({ zone: 'utc', now: 0 }) }))

beforeAll(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {} }))
  vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })
  // The virtual lists measure their box; without layout it would be empty.
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, value: 400 })
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, value: 900 })
})
afterEach(cleanup)

const stops = (row: WaterfallRow) => row.tone === 'failed' || row.signals.length > 0

const show = (node: ReactNode) => render(<MantineProvider>{node}</MantineProvider>)
const firstRow = () => screen.getAllByRole('row')[1]!.textContent
const shownRows = () => screen.getAllByRole('row').slice(1).map((r) => r.getAttribute('data-index'))
const press = (key: string) => fireEvent.keyDown(document.querySelector('[role=row][aria-selected=true]')!, { key })

describe('ChartFrame', () => {
  test('has a table twin', () => {
    show(<ChartFrame title="Calls" finding="Two a minute." columns={['Time', 'Calls']} rows={[['10:00', 2], ['10:01', 3]]}><i>chart</i></ChartFrame>)
    expect(screen.getByRole('region', { name: 'Calls' }).textContent).toContain('Two a minute.')
    fireEvent.click(screen.getByRole('button', { name: 'Calls as table' }))
    expect(screen.getAllByRole('row')).toHaveLength(3)
    expect(screen.queryByText('chart')).toBeNull()
  })
})

describe('Heatmap', () => {
  const data = { edges: [0, 60_000, 120_000], bounds: [5000, 10_000], counts: [[1, 2], [3, 4]] }
  test('is read with the arrow keys and opened with Enter', () => {
    const onPick = vi.fn()
    show(<Heatmap data={data} onPick={onPick} />)
    const map = screen.getByRole('application')
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowUp', 'Enter']) fireEvent.keyDown(map, { key })
    expect(document.querySelector('.reading')!.textContent).toBe('01-01 00:01, up to 10 ms: 4 calls')
    expect(onPick).toHaveBeenCalledWith(1, 1)
  })
})

describe('Histogram', () => {
  const bars = [{ calls: 6, failed: 0 }, { calls: 4, failed: 2 }, { calls: 1, failed: 0 }]
  test('selects a range by keyboard', () => {
    const onBrush = vi.fn()
    show(<Histogram edges={[0, 1000, 2000, 3000]} bars={bars} onBrush={onBrush} />)
    const plot = screen.getByRole('application')
    fireEvent.keyDown(plot, { key: 'ArrowRight' })
    fireEvent.keyDown(plot, { key: 'ArrowRight', shiftKey: true })
    expect(document.querySelector('.reading')!.textContent).toContain('10 calls, 2 failed')
    fireEvent.keyDown(plot, { key: 'Enter' })
    expect(onBrush).toHaveBeenCalledWith(0, 2000)
  })
  test('draws no bar for nothing', () => {
    show(<Histogram edges={[0, 1000, 2000, 3000]} bars={bars} onBrush={() => {}} />)
    expect(document.querySelectorAll('.tone-failed')).toHaveLength(1)
    expect(document.querySelectorAll('.tone-ok')).toHaveLength(3)
  })
})

describe('DataTable', () => {
  type Row = { id: string; calls: number }
  const rows: Row[] = Array.from({ length: 5000 }, (_, i) => ({ id: `r${i}`, calls: i }))
  const columns: Column<Row>[] = [
    { id: 'id', header: 'Id', value: (r) => r.id, cell: (r) => r.id, width: 'minmax(90px, 1fr)' },
    { id: 'calls', header: 'Calls', value: (r) => r.calls, cell: (r) => r.calls, width: '80px', align: 'end' },
  ]
  test('keeps few of many rows in the DOM, sorted as asked', () => {
    show(<DataTable label="Rows" columns={columns} rows={rows} rowKey={(r) => r.id} sort={{ id: 'calls', desc: true }} onSort={() => {}} />)
    expect(screen.getAllByRole('row').length).toBeLessThan(60)
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('5001')
    expect(firstRow()).toBe('r49994999')
    expect(screen.getByRole('columnheader', { name: /Calls/ }).getAttribute('aria-sort')).toBe('descending')
  })
  test('a head sorts: numbers from the largest, then the other way', () => {
    const onSort = vi.fn()
    const { rerender } = show(<DataTable label="Rows" columns={columns} rows={rows} rowKey={(r) => r.id} onSort={onSort} />)
    fireEvent.click(screen.getByRole('button', { name: 'Calls' }))
    expect(onSort).toHaveBeenLastCalledWith({ id: 'calls', desc: true })
    rerender(<MantineProvider><DataTable label="Rows" columns={columns} rows={rows} rowKey={(r) => r.id} sort={{ id: 'calls', desc: true }} onSort={onSort} /></MantineProvider>)
    fireEvent.click(screen.getByRole('button', { name: /Calls/ }))
    expect(onSort).toHaveBeenLastCalledWith({ id: 'calls', desc: false })
  })
  test('j walks from anywhere on the page, Enter opens', () => {
    const onSelect = vi.fn()
    const onOpen = vi.fn()
    show(<DataTable main label="Rows" columns={columns} rows={rows} rowKey={(r) => r.id} selected="r3" onSelect={onSelect} onOpen={onOpen} />)
    fireEvent.keyDown(document.body, { key: 'j' })
    expect(onSelect).toHaveBeenLastCalledWith(rows[4])
    fireEvent.keyDown(document.body, { key: 'Enter' })
    expect(onOpen).toHaveBeenLastCalledWith(rows[3])
  })
  test('a key typed into a field is not a shortcut', () => {
    const onSelect = vi.fn()
    show(<><input aria-label="field" /><DataTable main label="Rows" columns={columns} rows={rows} rowKey={(r) => r.id} onSelect={onSelect} /></>)
    fireEvent.keyDown(screen.getByLabelText('field'), { key: 'j' })
    expect(onSelect).not.toHaveBeenCalled()
  })
})

const row = (id: string, depth: number, more: Partial<WaterfallRow> = {}): WaterfallRow => ({
  id, depth, kind: 'client', label: id, start: 1000, tone: 'ok', signals: [], hasChildren: false, ...more,
})
const forest = [
  row('click', 0, { kind: 'click', hasChildren: true, signals: ['rage click'] }),
  row('call', 1, { hasChildren: true, duration: 200, link: { method: 'window', confidence: 0.8 } }),
  row('log', 2, { kind: 'server', duration: 150, tone: 'failed', note: '500' }),
  row('page', 0, { kind: 'page', start: 3000 }),
]

describe('waterfall rows', () => {
  test('a closed row hides everything below it', () => {
    expect(visibleRows(forest, new Set())).toEqual([0, 1, 2, 3])
    expect(visibleRows(forest, new Set(['click']))).toEqual([0, 3])
    expect(visibleRows(forest, new Set(['call']))).toEqual([0, 1, 3])
  })
  test('parents and extent', () => {
    expect([parentOf(forest, 2), parentOf(forest, 1), parentOf(forest, 3)]).toEqual([1, 0, -1])
    expect(extentOf(forest)).toEqual([980, 3020])
    expect(extentOf([])).toEqual([0, 1000])
  })
  test('since the action: bars are measured from their root, without outliers', () => {
    expect(originsOf(forest)).toEqual([1000, 1000, 1000, 3000])
    expect(spanSinceOrigin(forest, originsOf(forest))).toBe(210)
    const outlier = Array.from({ length: 100 }, (_, i) => row(`r${i}`, i === 0 ? 0 : 1, { duration: i === 99 ? 60_000 : 200 }))
    expect(spanSinceOrigin(outlier, originsOf(outlier))).toBe(210)
    const late = [row('click', 0), row('api', 1, { duration: 200 }), row('image', 1, { start: 75_000, duration: 90, asset: true })]
    expect(spanSinceOrigin(late, originsOf(late))).toBe(210)
  })
  test('since the action: what comes later than the axis says how much later', () => {
    const late = [row('click', 0), row('api', 1, { duration: 200 }), row('image', 1, { start: 75_000, duration: 90, asset: true })]
    show(<Waterfall stops={stops} axis="action" onAxis={() => {}} label="Session" rows={late} selected={undefined} onSelect={() => {}} />)
    expect(screen.getAllByText(/^\+.+ →$/)).toHaveLength(1)
  })
  test('since the action: what a clock that is off puts before it says how much earlier', () => {
    const early = [row('click', 0), row('api', 1, { start: 995, duration: 200 }), row('log', 1, { start: 400, duration: 90 })]
    show(<Waterfall stops={stops} axis="action" onAxis={() => {}} label="Session" rows={early} selected={undefined} onSelect={() => {}} />)
    expect(screen.getAllByText(/^← −/)).toHaveLength(1)
  })
})

describe('Waterfall', () => {
  test('says level, state, link and signal', () => {
    show(<Waterfall stops={stops} axis="action" onAxis={() => {}} label="Session" rows={forest} selected={undefined} onSelect={() => {}} />)
    const [click, call, log] = screen.getAllByRole('row').slice(1)
    expect(click!.getAttribute('aria-expanded')).toBe('true')
    expect(click!.textContent).toContain('rage click')
    expect(call!.getAttribute('aria-level')).toBe('2')
    expect(call!.textContent).toContain('window 80 %')
    expect(log!.textContent).toContain('500')
  })
  test('many signals are the first and a count', () => {
    show(<Waterfall stops={stops} axis="action" onAxis={() => {}} label="Session" rows={[row('a', 0, { signals: ['rage click', 'slow click', 'retry storm'] })]} selected={undefined} onSelect={() => {}} />)
    expect(screen.getByText(/^\+2/).title).toBe('slow click, retry storm')
  })
  test('arrow left closes, then climbs', () => {
    const onSelect = vi.fn()
    const { rerender } = show(<Waterfall stops={stops} axis="action" onAxis={() => {}} label="Session" rows={forest} selected="call" onSelect={onSelect} />)
    press('ArrowLeft')
    expect(shownRows()).toEqual(['0', '1', '3'])
    press('ArrowLeft')
    expect(onSelect).toHaveBeenLastCalledWith('click')
    rerender(<MantineProvider><Waterfall stops={stops} axis="action" onAxis={() => {}} label="Session" rows={forest} selected="call" onSelect={onSelect} /></MantineProvider>)
    press('ArrowRight')
    expect(shownRows()).toEqual(['0', '1', '2', '3'])
  })
  test('k walks upwards from anywhere', () => {
    const onSelect = vi.fn()
    show(<Waterfall stops={stops} axis="action" onAxis={() => {}} label="Session" rows={forest} selected="log" onSelect={onSelect} />)
    fireEvent.keyDown(document.body, { key: 'k' })
    expect(onSelect).toHaveBeenLastCalledWith('call')
  })
})

describe('Waterfall jumps', () => {
  const rows = Array.from({ length: 9 }, (_, i) => row(`r${i}`, 0, i === 2 ? { tone: 'failed' } : i === 6 ? { signals: ['rage click'] } : {}))
  const jump = (selected: string | undefined, key: string) => {
    const onSelect = vi.fn()
    show(<Waterfall stops={stops} axis="action" onAxis={() => {}} label="Session" rows={rows} selected={selected} onSelect={onSelect} />)
    fireEvent.keyDown(document.body, { key })
    cleanup()
    return onSelect.mock.lastCall?.[0]
  }
  test('n and p go from trouble to trouble, and stay at the last', () => {
    expect([jump(undefined, 'n'), jump('r2', 'n'), jump('r6', 'n')]).toEqual(['r2', 'r6', undefined])
    expect([jump(undefined, 'p'), jump('r6', 'p'), jump('r2', 'p')]).toEqual(['r6', 'r2', undefined])
  })
  test('a key that belongs to a sequence is not a jump', () => {
    const onSelect = vi.fn()
    show(<Waterfall stops={stops} axis="action" onAxis={() => {}} label="Session" rows={rows} selected={undefined} onSelect={onSelect} />)
    for (const key of ['g', 'n']) fireEvent.keyDown(document.body, { key })
    expect(onSelect).not.toHaveBeenCalled()
  })
})

describe('minimap', () => {
  test('thousands of rows are a few paths', () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => row(`r${i}`, 0, { start: i, duration: 5, tone: i % 100 ? 'ok' : 'failed' }))
    show(<Minimap rows={rows} extent={[0, 10_005]} view={[0, 10_005]} onView={() => {}} />)
    expect(document.querySelectorAll('path')).toHaveLength(2)
    expect(document.querySelector('.t-failed')!.getAttribute('d')!.match(/M/g)).toHaveLength(100)
  })
  test('zooms and stays inside', () => {
    expect(moveView('+', [0, 100], [0, 100])).toEqual([25, 75])
    expect(moveView('-', [25, 75], [0, 100])).toEqual([0, 100])
    expect(moveView('ArrowLeft', [5, 55], [0, 100])).toEqual([0, 50])
    expect(moveView('0', [5, 55], [0, 100])).toEqual([0, 100])
    expect(moveView('x', [5, 55], [0, 100])).toBeNull()
  })
})

describe('ticks', () => {
  test('are round, and midnight is a date', () => {
    const midnight = Date.UTC(2026, 10, 23)
    const ticks = timeTicks(midnight - 3_600_000, midnight + 3_600_000, 'utc', 4)
    expect(ticks.map((tick) => tick.label)).toEqual(['23:00', '23:30', '11-23', '00:30', '01:00'])
  })
})

test('a point that no line reaches is drawn as a dot', () => {
  expect(lonely([5])).toEqual([0])
  expect(lonely([null, 5, null, 6, 7, null, 8])).toEqual([1, 6])
  expect(lonely([1, 2])).toEqual([])
})
