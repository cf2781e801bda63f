import { Link } from '@tanstack/react-router'
import type { FunnelAnswer } from '../../api/behaviour'
import { ChartFrame } from '../../charts/ChartFrame'
import { CsvButton } from '../../components/CsvButton'
import { Scroll } from '../../components/Scroll'
import type { Step } from '../../lib/ask'
import { addTerm, term } from '../../lib/filter'
import { formatCount, formatShare } from '../../lib/format'
import { stepName } from '../../lib/questionWords'
import { useViewSearch } from '../../lib/view'

type Props = { answer: FunnelAnswer; steps: Step[]; property: string; ordered: boolean }

/** The same funnel for each value of a property. */
export function ByValue({ answer: { series, other }, steps, property, ordered }: Props) {
  const names = steps.map((step, i) => (ordered ? stepName(step) : `${i + 1} of the steps`))
  const columns = [property, ...names.flatMap((name) => [name, `${name}, share`])]
  const rows = series.map(({ value, steps: stages }) => [valueWords(value), ...stages.flatMap(({ count, conversion_from_start: share }) => [count, formatShare(share)])])
  return (
    <ChartFrame title={byValueFinding(series, property)} finding={other ? 'The 25 values with most at the first step; more exist.' : 'By those at the first step.'} columns={columns} rows={rows}
      actions={<CsvButton name={`Funnel by ${property}`} columns={columns} rows={rows} />}>
      <Scroll label={`Funnel by ${property}`}>
        <table className="mini-table ruled by-value">
          <thead><tr><th scope="col">{property}</th>{names.map((name, i) => <th key={columns[2 * i + 1]} scope="col" className="number">{name}</th>)}</tr></thead>
          <tbody>
            {series.map(({ value, steps: stages }) => (
              <tr key={JSON.stringify(value)}>
                <th scope="row"><OnlyValue property={property} value={value} /></th>
                {/* oxlint-disable-next-line react/no-array-index-key */}
                {stages.map(({ count, conversion_from_start: share }, i) => <td key={i} className="number nowrap">{formatCount(count)} {i > 0 && <span className="muted">{formatShare(share)}</span>}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </ChartFrame>
  )
}

/** A value, which opens the funnel of its rows alone. */
function OnlyValue({ property, value }: { property: string; value: unknown }) {
  const { filter, ask } = useViewSearch()
  const field = fieldOf(property)
  if (!field || !(typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')) return valueWords(value)
  return <Link to="/funnels" search={{ ask, filter: addTerm(filter, term(field, '==', value)) }} title="Only these">{valueWords(value)}</Link>
}

/** What a property is called in a filter; null for a name that a filter writes otherwise. */
function fieldOf(property: string): string | null {
  if (!/^[a-z]\w*(\.\w+)*$/i.test(property)) return null
  return /^(event|call)\./.test(property) ? property : `event.${property}`
}

export function valueWords(value: unknown): string {
  return value === null || value === undefined ? '(none)' : typeof value === 'string' ? value : JSON.stringify(value)
}

const enough = 10

/** "pro gets furthest: 40 % go all the way; free the least: 12 %." Of few nothing is said. */
export function byValueFinding(series: FunnelAnswer['series'], property: string): string {
  const judged = series.filter(({ steps }) => (steps[0]?.count ?? 0) >= enough).map(({ value, steps }) => ({ name: valueWords(value), share: steps.at(-1)!.count / steps[0]!.count })).toSorted((a, b) => b.share - a.share)
  const [best, worst] = [judged[0], judged.at(-1)]
  if (!best || !worst || best === worst) return `Split by ${property}`
  if (best.share === worst.share) return `${property} makes no difference: ${formatShare(best.share)} go all the way`
  return `${property} ${best.name} goes furthest: ${formatShare(best.share)} go all the way, of ${worst.name} ${formatShare(worst.share)}`
}
