// The model of the waterfall: a forest as a flat list, parents before their children. Rows are found by index, never copied
// on a toggle, so that ten thousand of them cost what forty do.

export type RowKind = 'page' | 'click' | 'submit' | 'event' | 'vital' | 'error' | 'client' | 'server' | 'span'
export type Tone = 'ok' | 'refused' | 'failed' | 'slow'

export type WaterfallRow = {
  id: string
  kind: RowKind
  depth: number
  label: string
  /** What stands behind the label: a status, a service. */
  note?: string
  /** Milliseconds since the epoch. */
  start: number
  /** Milliseconds; absent for a moment. */
  duration?: number
  /** Milliseconds by which start was moved to fit the clock of the row above. */
  moved?: number
  tone: Tone
  /** A file that the page loaded, which may come long after what the person waited for: it does not stretch the axis. */
  asset?: boolean
  /** How the row is tied to the one above it. */
  link?: { method: string; confidence: number }
  /** Friction that showed here, in words. */
  signals: string[]
  hasChildren: boolean
}

/** The indexes of the rows that no closed row hides. */
export function visibleRows(rows: WaterfallRow[], closed: ReadonlySet<string>): number[] {
  const visible: number[] = []
  let hiddenBelow = Infinity
  rows.forEach((row, index) => {
    if (row.depth > hiddenBelow) return
    visible.push(index)
    hiddenBelow = row.hasChildren && closed.has(row.id) ? row.depth : Infinity
  })
  return visible
}

/** The index of the row above which a row hangs; -1 for a root. */
export function parentOf(rows: WaterfallRow[], index: number): number {
  const depth = rows[index]?.depth ?? 0
  for (let i = index - 1; i >= 0; i--) if (rows[i]!.depth < depth) return i
  return -1
}

/** From the first start to the last end, with a little air; never empty. */
export function extentOf(rows: WaterfallRow[]): [number, number] {
  let from = Infinity
  let to = -Infinity
  for (const row of rows) {
    from = Math.min(from, row.start)
    to = Math.max(to, row.start + (row.duration ?? 0))
  }
  if (from > to) return [0, 1000]
  const air = Math.max(5, (to - from) * 0.01)
  return [from - air, to + air]
}

/** For each row the start of the root it hangs below. */
export function originsOf(rows: WaterfallRow[]): number[] {
  let origin = 0
  return rows.map((row) => {
    if (row.depth === 0) origin = row.start
    return origin
  })
}

/** How long after their root nearly all rows have ended, in milliseconds: one slow outlier, or an image that came late, must not shrink every other bar to a dot. */
export function spanSinceOrigin(rows: WaterfallRow[], origins: number[]): number {
  const below = rows.map((row, index) => ({ row, index })).filter(({ row }) => row.depth > 0)
  const waited = below.some(({ row }) => !row.asset) ? below.filter(({ row }) => !row.asset) : below
  const ends = waited.map(({ row, index }) => row.start + (row.duration ?? 0) - origins[index]!).toSorted((a, b) => a - b)
  return Math.max(50, ends[Math.floor(ends.length * 0.95)] ?? 0) * 1.05
}
