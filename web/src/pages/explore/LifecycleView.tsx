import type { ReactNode } from 'react'
import { useLifecycle, type LifecycleAnswer, type LifecycleQuestion } from '../../api/behaviour'
import { ChartFrame } from '../../charts/ChartFrame'
import { CsvButton } from '../../components/CsvButton'
import { LongAnswer } from '../../components/LongAnswer'
import { Members } from '../../components/Members'
import { Missing } from '../../components/Missing'
import { Scroll } from '../../components/Scroll'
import { formatCount } from '../../lib/format'
import { periodName, type Period } from '../../lib/periods'
import { unitOf } from '../../lib/units'
import { usePreferences, useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { kinds, lifecycleFinding } from './explore'
import { lifecycleMembers, readBar } from './intervals'

type Question = LifecycleQuestion & { period: Period; period_count: number }

/** How people come and go. */
export function LifecycleView({ question, children }: { question: Question | null; children: (error: unknown) => ReactNode }) {
  const lifecycle = useLifecycle(question)
  return <>{children(lifecycle.error)}<LongAnswer query={lifecycle} what="who comes and goes">{(answer) => question && <Intervals answer={answer} question={question} />}</LongAnswer></>
}

function Intervals({ answer, question }: { answer: LifecycleAnswer; question: Question }) {
  const { sel } = useViewSearch()
  const setSearch = useSetSearch()
  const range = useRange()
  const { zone } = usePreferences()
  const { many } = unitOf(question.count_by)
  const { intervals } = answer
  if (kinds.every(({ id }) => answer[id].every((n) => n === 0))) return <Missing step={question.of} />
  const name = (i: number) => periodName(intervals[i]!, question.period, zone)
  const columns = ['From', ...kinds.map(({ label }) => label)]
  const rows = intervals.map((_, i) => [name(i), ...kinds.map(({ id }) => answer[id][i]!)])
  const bar = readBar(sel, intervals.length)
  const most = Math.max(1, ...intervals.map((_, i) => answer.new[i]! + answer.returning[i]! + answer.resurrecting[i]!), ...answer.dormant.map((n) => -n))
  return (
    <div className="stack">
      <ChartFrame title={lifecycleFinding(answer, many)} finding={<Legend />} columns={columns} rows={rows} actions={<CsvButton name="Lifecycle" columns={columns} rows={rows} />}>
        <Scroll label="Lifecycle">
          <table className="mini-table ruled lifecycle">
            <thead><tr><th scope="col">From</th><th scope="col" className="bars"><span className="hidden-text">Bars</span></th>{kinds.map(({ id, label, doc }) => <th key={id} scope="col" className="number nowrap" title={doc}>{label}</th>)}</tr></thead>
            <tbody>
              {intervals.map((interval, i) => (
                <tr key={interval}>
                  <th scope="row" className="nowrap">{name(i)}</th>
                  <td className="bars" aria-hidden>
                    <span className="gone">{answer.dormant[i]! < 0 && <i style={{ width: `${(-100 * answer.dormant[i]!) / most}%`, background: kinds[3].color }} />}</span>
                    <span className="there">{kinds.slice(0, 3).map(({ id, color }) => answer[id][i]! > 0 && <i key={id} style={{ width: `${(100 * answer[id][i]!) / most}%`, background: color }} />)}</span>
                  </td>
                  {kinds.map(({ id, label }) => {
                    const n = Math.abs(answer[id][i]!)
                    const key = `${i}-${id}`
                    return <td key={id} className="number">{n === 0 ? <span className="muted">0</span> : <button type="button" className="number-button" aria-label={`${formatCount(n)} ${label} in ${name(i)}: who`} aria-pressed={sel === key} onClick={() => setSearch({ sel: sel === key ? undefined : key })}>{formatCount(n)}</button>}</td>
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </ChartFrame>
      {bar && (
        <Members sets={lifecycleMembers(question, intervals, bar.at, bar.kind, range, zone)} expected={Math.abs(answer[bar.kind][bar.at]!)} countBy={question.count_by} onClose={() => setSearch({ sel: undefined })}
          title={`${formatCount(Math.abs(answer[bar.kind][bar.at]!))} ${many} ${kinds.find(({ id }) => id === bar.kind)!.label} in ${name(bar.at)}`} />
      )}
    </div>
  )
}

/** What the colours of the bars mean. */
function Legend() {
  return kinds.map(({ id, label, doc, color }) => <span key={id} className="kind"><i aria-hidden className="swatch" style={{ background: color }} /><b>{label}</b> {doc} </span>)
}
