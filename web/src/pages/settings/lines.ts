/** The entries of a field that takes several: one a line or between commas, each once. */
export function linesOf(text: string): string[] {
  return [...new Set(text.split(/[\n,]/).map((line) => line.trim()).filter(Boolean))]
}

export function asLines(entries: string[]): string {
  return entries.join('\n')
}
