import type { ReactNode } from 'react'
import { useStickiness, type LifecycleQuestion, type StickinessAnswer } from '../../api/behaviour'
import { ChartFrame } from '../../charts/ChartFrame'
import { CsvButton } from '../../components/CsvButton'
import { LongAnswer } from '../../components/LongAnswer'
import { Members } from '../../components/Members'
import { Missing } from '../../components/Missing'
import { formatCount, formatShare, plural } from '../../lib/format'
import type { Period } from '../../lib/periods'
import { unitOf } from '../../lib/units'
import { usePreferences, useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { stickinessFinding } from './explore'
import { stickinessMembers } from './intervals'

type Question = LifecycleQuestion & { period: Period; period_count: number }

/** In how many intervals people are there. */
export function StickinessView({ question, children }: { question: Question | null; children: (error: unknown) => ReactNode }) {
  const stickiness = useStickiness(question)
  return <>{children(stickiness.error)}<LongAnswer query={stickiness} what="how often people are there">{(answer) => question && <Bars answer={answer} question={question} />}</LongAnswer></>
}

function Bars({ answer: { histogram }, question }: { answer: StickinessAnswer; question: Question }) {
  const { sel } = useViewSearch()
  const setSearch = useSetSearch()
  const range = useRange()
  const { zone } = usePreferences()
  const { many } = unitOf(question.count_by)
  const interval = question.period_count > 1 ? `time of ${question.period_count} ${question.period}s` : question.period
  const all = histogram.reduce((n, { people }) => n + people, 0)
  if (all === 0) return <Missing step={question.of} />
  const most = Math.max(...histogram.map(({ people }) => people))
  const last = histogram.findLastIndex(({ people }) => people > 0)
  const columns = [`In how many ${question.period}s`, 'How many', 'Share']
  const rows = histogram.map(({ intervals, people }) => [intervals, people, formatShare(people / all)])
  const bar = histogram.find(({ intervals, people }) => people > 0 && String(intervals) === sel)
  const words = (n: number) => plural(n, question.period_count > 1 ? 'interval' : question.period)
  const sets = bar && stickinessMembers(question, histogram.length, bar.intervals, range, zone)
  return (
    <div className="stack">
      <ChartFrame title={stickinessFinding(histogram, many, interval)} finding={`Of ${histogram.length} in this range.${last + 1 < histogram.length ? ` Nobody was there in more than ${plural(last + 1, question.period)}.` : ''}`} columns={columns} rows={rows} actions={<CsvButton name="Stickiness" columns={columns} rows={rows} />}>
        <ul className="sticky-bars">
          {histogram.slice(0, last + 1).map(({ intervals, people }) => (
            <li key={intervals}><span className="muted">in {words(intervals)}</span><i aria-hidden style={{ width: `${(100 * people) / most}%` }} /><span className="end">{people === 0 ? '0' : <button type="button" className="number-button" aria-label={`${formatCount(people)} in ${words(intervals)}: who`} aria-pressed={sel === String(intervals)} onClick={() => setSearch({ sel: sel === String(intervals) ? undefined : String(intervals) })}>{formatCount(people)}</button>}</span><span className="end muted">{formatShare(people / all)}</span></li>
          ))}
        </ul>
      </ChartFrame>
      {bar && sets && <Members sets={sets} expected={bar.people} countBy={question.count_by} title={`${formatCount(bar.people)} ${many} there in ${words(bar.intervals)}`} onClose={() => setSearch({ sel: undefined })} />}
      {bar && !sets && <p className="muted">Who they are can be asked of 31 intervals at most; choose longer ones, or a shorter range.</p>}
    </div>
  )
}
