type Line = { price: number; count: number }

/** What a cart costs. */
export function totalOf(lines: Line[]): number {
  let total = 0
  for (const line of lines) {
    total += line.price * line.count
  }
  return total
}
