import type { FunnelAnswer } from '../../api/behaviour'
import { ChartFrame } from '../../charts/ChartFrame'
import { CsvButton } from '../../components/CsvButton'
import { formatCount, formatMs } from '../../lib/format'

type Time = FunnelAnswer['time_to_convert']

/** How long those took who went all the way. */
export function TimeToConvert({ time: { median_seconds, mean_seconds, bins } }: { time: Time }) {
  if (bins.length === 0) return null
  const most = Math.max(...bins.map(({ count }) => count))
  const columns = ['Took', 'How many']
  const rows = bins.map((bin) => [binWords(bin), bin.count])
  return (
    <ChartFrame title={`Half of those who went all the way took less than ${formatMs(median_seconds === null ? null : median_seconds * 1000)}`} finding={`From the first step to the last; on average ${formatMs(mean_seconds === null ? null : mean_seconds * 1000)}.`}
      columns={columns} rows={rows} actions={<CsvButton name="Time to the last step" columns={columns} rows={rows} />}>
      <ul className="time-bins">
        {bins.map((bin) => <li key={bin.from_seconds}><span className="muted">{binWords(bin)}</span><i aria-hidden style={{ width: `${(100 * bin.count) / most}%` }} /><span className="end">{formatCount(bin.count)}</span></li>)}
      </ul>
    </ChartFrame>
  )
}

/** "1–2 min", "over 30 d" */
export function binWords({ from_seconds: from, to_seconds: to }: Time['bins'][number]): string {
  if (to === null) return `${short(from)} and more`
  return from === 0 ? `under ${short(to)}` : `${short(from)} – ${short(to)}`
}

const units: [seconds: number, word: string][] = [[86_400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']]

function short(seconds: number): string {
  const [size, word] = units.find(([one]) => seconds >= one) ?? [1, 's']
  return `${+(seconds / size).toFixed(1)} ${word}`
}
