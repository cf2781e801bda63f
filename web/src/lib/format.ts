// Numbers as people read them. Every function is pure and total: a missing value becomes an en dash.

const missing = '–'
const integers = new Intl.NumberFormat('en-GB')

export function formatCount(n: number | null | undefined): string {
  return n == null ? missing : integers.format(Math.round(n))
}

/** A share in [0, 1] as a percentage; shares close to none or to all keep the digits that tell them from it. */
export function formatShare(share: number | null | undefined): string {
  if (share == null || !Number.isFinite(share)) return missing
  const percent = share * 100
  const distance = Math.min(percent, Math.abs(100 - percent))
  if (distance === 0) return `${percent} %`
  if (distance < 0.01) return percent < 50 ? '< 0.01 %' : '> 99.99 %'
  return `${percent.toFixed(distance < 1 ? 2 : percent < 10 ? 1 : 0)} %`
}

/** Calls per second, in the unit that keeps the number, or another beside it, readable. */
export function formatRate(perSecond: number | null | undefined, beside = perSecond ?? 0): string {
  if (perSecond == null || !Number.isFinite(perSecond)) return missing
  if (perSecond === 0) return '0'
  if (beside >= 1) return `${perSecond.toFixed(perSecond < 10 ? 1 : 0)} /s`
  if (beside * 60 >= 1) return `${(perSecond * 60).toFixed(1)} /min`
  return `${(perSecond * 3600).toFixed(1)} /h`
}

/** "12.2 calls a minute": a rate within a sentence. */
export function rateWords(perSecond: number | null | undefined): string {
  const [number, unit] = formatRate(perSecond).split(' /')
  return unit ? `${number} calls a ${{ s: 'second', min: 'minute', h: 'hour' }[unit]}` : number === '0' ? 'no call' : missing
}

/** Microseconds as µs, ms, s, min or h with at most three significant digits. */
export function formatDuration(us: number | null | undefined): string {
  if (us == null || !Number.isFinite(us)) return missing
  if (us === 0) return '0'
  if (us < 1000) return `${Math.round(us)} µs`
  const ms = us / 1000
  if (ms < 1000) return `${significant(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${significant(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${pad(Math.floor(seconds % 60))} s`
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`
}

/** A quantile that was read off buckets, which are 4.5 % wide: no more digits than it has. */
export function formatQuantile(us: number | null | undefined, approx: boolean): string {
  if (!approx || !us || !Number.isFinite(us)) return formatDuration(us)
  return `≈ ${formatDuration(Number(us.toPrecision(2)))}`
}

export function formatMs(ms: number | null | undefined): string {
  return formatDuration(ms == null ? ms : ms * 1000)
}

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes == null) return missing
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1e6) return `${significant(bytes / 1e3)} kB`
  return `${significant(bytes / 1e6)} MB`
}

/** "1 call", "2 calls": the number with its noun. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`
}

export function pad(n: number): string {
  return String(n).padStart(2, '0')
}

function significant(n: number): string {
  if (n < 10) return n.toFixed(2).replace(/\.?0+$/, '')
  if (n < 100) return n.toFixed(1).replace(/\.0$/, '')
  return n.toFixed(0)
}
