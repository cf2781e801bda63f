import { SegmentedControl } from '@mantine/core'
import { useRetention, type RetentionAnswer } from '../../api/behaviour'
import { ChartFrame } from '../../charts/ChartFrame'
import { CsvButton } from '../../components/CsvButton'
import { FilterBar } from '../../components/FilterBar'
import { LongAnswer } from '../../components/LongAnswer'
import { Members } from '../../components/Members'
import { Missing } from '../../components/Missing'
import { Views } from '../../components/Views'
import { formatShare } from '../../lib/format'
import { laterWords, periodName } from '../../lib/periods'
import { useAsk } from '../../lib/useAsk'
import { useCommon } from '../../lib/useCommon'
import { usePreferences, useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { cellMembers, cellTitle, finding, lastWords, readCell, retentionQuestion, retentionShape, splitFinding } from './retention'
import { RetentionForm } from './RetentionForm'
import { RetentionTable } from './RetentionTable'
import './retention.css'

const filterRecords = ['event', 'call', 'session']
const day = 86_400_000

/** Who comes back, and when. */
export default function RetentionPage() {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  const range = useRange()
  const common = useCommon()
  const [asked, change] = useAsk(retentionShape)
  const question = retentionQuestion(asked, range, common)
  const retention = useRetention(question)
  return (
    <div className="stack">
      <div className="row top">
        <h1>Retention</h1><Views />
        <div className="grow"><FilterBar filter={filter} onFilter={(next) => setSearch({ filter: next, sel: undefined })} records={filterRecords} example={'event.device == "mobile"'} error={retention.error} /></div>
      </div>
      {range.to - range.from < 3 * day && <p className="muted">Coming back shows over days. <button type="button" className="plain-button" onClick={() => setSearch({ from: '14d', sel: undefined })}>Show 14 days</button></p>}
      <div className="asking">
        <RetentionForm asked={asked} period={question?.period ?? 'day'} intervals={question?.intervals ?? 8} error={retention.error} onChange={change} />
        <LongAnswer query={retention} what="who came back">
          {(answer) => question && <Result answer={answer} question={question} />}
        </LongAnswer>
      </div>
    </div>
  )
}

type Question = NonNullable<ReturnType<typeof retentionQuestion>>

function Result({ answer, question }: { answer: RetentionAnswer; question: Question }) {
  const { sel, show } = useViewSearch()
  const setSearch = useSetSearch()
  const range = useRange()
  const { zone } = usePreferences()
  const { rows, mean, split } = answer
  const { period, count_by } = question
  if (rows.every(({ size }) => size === 0)) return <Missing step={question.target} />
  const columns = [`Came in the ${period} of`, 'How many', ...mean.slice(1).map((_, i) => laterWords(i + 1, period))]
  const cells = rows.map(({ cohort, size, counts }) => [periodName(cohort, period, zone), size, ...counts.slice(1).map((n) => n ?? '')])
  const cell = readCell(sel, rows)
  const sets = cell && cellMembers(question, rows, cell, range, zone)
  return (
    <div className="stack">
      <ChartFrame title={finding(answer, question)} finding={lastWords(mean, period)} columns={columns} rows={cells}
        actions={<>
          <SegmentedControl size="xs" aria-label="Cells" value={show === 'count' ? 'count' : 'share'} data={[{ value: 'share', label: 'Shares' }, { value: 'count', label: 'Numbers' }]} onChange={(value) => setSearch({ show: value === 'count' ? value : undefined })} />
          <CsvButton name="Retention" columns={columns} rows={cells} />
        </>}>
        <RetentionTable label="Retention" answer={answer} period={period} counts={show === 'count'} open={sel} onOpen={(next) => setSearch({ sel: next === sel ? undefined : next })} />
        <p className="muted small">A dot is not yet known: the {period} is not over. A number opens who it counts.</p>
      </ChartFrame>
      {cell && sets && (
        <Members sets={sets} countBy={count_by} expected={rows[cell.row]!.counts[cell.column]!} onClose={() => setSearch({ sel: undefined })}
title={cellTitle(question, rows, cell, zone)} />
      )}
      {split && <Split split={split} question={question} />}
    </div>
  )
}

/** The same for those who met trouble the first time, and for all others. */
function Split({ split, question }: { split: NonNullable<RetentionAnswer['split']>; question: Question }) {
  const columns = ['First visit', 'How many', ...(split[0]?.mean.slice(1).map((_, i) => laterWords(i + 1, question.period)) ?? [])]
  const rows = split.map(({ met_trouble, rows: cohorts, mean }) => [met_trouble ? 'Met a failed or slow call' : 'Met none', cohorts.reduce((n, { size }) => n + size, 0), ...mean.slice(1).map((share) => (share === null ? '' : formatShare(share)))])
  return (
    <ChartFrame title={splitFinding(split, question)} finding="This only compares: who met trouble may differ in other ways too." columns={columns} rows={rows} actions={<CsvButton name="Retention by trouble" columns={columns} rows={rows} />}>
      {split.map((part) => (
        <div key={String(part.met_trouble)}>
          <h3>{part.met_trouble ? 'First visit met a failed or slow call' : 'First visit met none'}</h3>
          <RetentionTable label={part.met_trouble ? 'Retention of those who met trouble' : 'Retention of all others'} answer={part} period={question.period} counts={false} />
        </div>
      ))}
    </ChartFrame>
  )
}
