// Durations against load: does slowness follow the number of calls? Spans of time are sorted by their load and put into
// groups of equally many; each group shows the median of its spans, so that one odd minute moves nothing.

/** One span of time: calls per second, and quantiles of their durations in milliseconds. */
export type LoadSpan = { load: number; p50: number; p95: number }
export type LoadGroup = { from: number; to: number; load: number; p50: number; p95: number; spans: number }

const mostGroups = 10
const leastPerGroup = 3

export function groupByLoad(spans: LoadSpan[]): LoadGroup[] {
  const sorted = spans.toSorted((a, b) => a.load - b.load)
  const count = Math.min(mostGroups, Math.floor(sorted.length / leastPerGroup))
  return Array.from({ length: count }, (_, i) => {
    const group = sorted.slice(Math.floor((i * sorted.length) / count), Math.floor(((i + 1) * sorted.length) / count))
    return {
      from: group[0]!.load, to: group.at(-1)!.load, spans: group.length,
      load: median(group.map((span) => span.load)), p50: median(group.map((span) => span.p50)), p95: median(group.map((span) => span.p95)),
    }
  })
}

export type Correlation = { rho: number; low: number; high: number; n: number }

const z95 = 1.96
/** Below it an interval says nothing. */
const leastSpans = 12

/**
 * Spearman's rank correlation of load and p95 with its 95 % interval (Fisher's transform with the variance of Bonett and
 * Wright); null when there are too few spans or all are alike.
 */
export function loadCorrelation(spans: LoadSpan[]): Correlation | null {
  const n = spans.length
  if (n < leastSpans) return null
  const rho = pearson(ranks(spans.map((span) => span.load)), ranks(spans.map((span) => span.p95)))
  if (rho === null) return null
  const fisher = Math.atanh(Math.max(-0.999999, Math.min(0.999999, rho)))
  const margin = z95 * Math.sqrt((1 + (rho * rho) / 2) / (n - 3))
  return { rho, low: Math.tanh(fisher - margin), high: Math.tanh(fisher + margin), n }
}

/** What the interval allows to say, in plain words. */
export function loadVerdict(correlation: Correlation | null): 'rises' | 'falls' | 'unclear' | 'too little' {
  if (!correlation) return 'too little'
  if (correlation.low > 0.2) return 'rises'
  return correlation.high < -0.2 ? 'falls' : 'unclear'
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranks(values: number[]): number[] {
  const order = values.map((value, i) => ({ value, i })).toSorted((a, b) => a.value - b.value)
  const out = Array.from({ length: values.length }, () => 0)
  for (let start = 0; start < order.length;) {
    let end = start
    while (end < order.length && order[end]!.value === order[start]!.value) end++
    for (let k = start; k < end; k++) out[order[k]!.i] = (start + end + 1) / 2
    start = end
  }
  return out
}

function pearson(a: number[], b: number[]): number | null {
  const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length
  const [ma, mb] = [mean(a), mean(b)]
  let ab = 0
  let aa = 0
  let bb = 0
  a.forEach((v, i) => {
    ab += (v - ma) * (b[i]! - mb)
    aa += (v - ma) ** 2
    bb += (b[i]! - mb) ** 2
  })
  return aa === 0 || bb === 0 ? null : ab / Math.sqrt(aa * bb)
}
