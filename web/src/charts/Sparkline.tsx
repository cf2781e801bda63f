type Props = {
  values: (number | null)[]
  label: string
  /** Of what is good or neutral; without it, of trouble. */
  calm?: boolean
}

const width = 96
const height = 16

/** A trend in a table's row: bars from zero, the highest as tall as the row. The numbers stand elsewhere; this only shows the shape. */
export function Sparkline({ values, label, calm }: Props) {
  const max = Math.max(1, ...values.map((value) => value ?? 0))
  const step = width / Math.max(1, values.length)
  return (
    <svg className={calm ? 'sparkline calm' : 'sparkline'} width={width} height={height} role="img" aria-label={label}>
      {values.map((value, i) => value ? (
        // oxlint-disable-next-line react/no-array-index-key -- a column is its place
        <rect key={i} x={i * step} y={height - barHeight(value, max)} width={Math.max(1, step - 0.5)} height={barHeight(value, max)} />
      ) : null)}
    </svg>
  )
}

function barHeight(value: number, max: number): number {
  return Math.max(1.5, (value / max) * height)
}
