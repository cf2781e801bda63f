// Durations as the API writes them: "30m", "14d".

const units: Record<string, [ms: number, word: string]> = { s: [1000, 'second'], m: [60_000, 'minute'], h: [3_600_000, 'hour'], d: [86_400_000, 'day'], w: [604_800_000, 'week'] }

/** Milliseconds of "1h30m" or "14d"; null when the text is no such duration. */
export function durationMs(text: string): number | null {
  if (!/^(\d+(\.\d+)?[smhdw])+$/.test(text)) return null
  return [...text.matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * units[unit!]![0], 0)
}

/** "14 days", "1 hour"; a text of several parts stays as it is. */
export function durationWords(text: string): string {
  const [, n, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? []
  return n && unit ? `${n} ${units[unit]![1]}${n === '1' ? '' : 's'}` : text
}
