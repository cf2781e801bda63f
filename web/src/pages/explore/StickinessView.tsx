import type { ReactNode } from 'react'
import { useStickiness, type LifecycleQuestion, type StickinessAnswer } from '../../api/behaviour'
import { ChartFrame } from '../../charts/ChartFrame'
import { CsvButton } from '../../components/CsvButton'
import { LongAnswer } from '../../components/LongAnswer'
import { Missing } from '../../components/Missing'
import { formatCount, formatShare, plural } from '../../lib/format'
import type { Period } from '../../lib/periods'
import { unitOf } from '../../lib/units'
import { stickinessFinding } from './explore'

type Question = LifecycleQuestion & { period: Period; period_count: number }

/** In how many intervals people are there. */
export function StickinessView({ question, children }: { question: Question | null; children: (error: unknown) => ReactNode }) {
  const stickiness = useStickiness(question)
  return <>{children(stickiness.error)}<LongAnswer query={stickiness} what="how often people are there">{(answer) => question && <Bars answer={answer} question={question} />}</LongAnswer></>
}

function Bars({ answer: { histogram }, question }: { answer: StickinessAnswer; question: Question }) {
  const { many } = unitOf(question.count_by)
  const interval = question.period_count > 1 ? `time of ${question.period_count} ${question.period}s` : question.period
  const all = histogram.reduce((n, { people }) => n + people, 0)
  if (all === 0) return <Missing step={question.of} />
  const most = Math.max(...histogram.map(({ people }) => people))
  const last = histogram.findLastIndex(({ people }) => people > 0)
  const columns = [`In how many ${question.period}s`, 'How many', 'Share']
  const rows = histogram.map(({ intervals, people }) => [intervals, people, formatShare(people / all)])
  return (
    <ChartFrame title={stickinessFinding(histogram, many, interval)} finding={`Of ${histogram.length} in this range.${last + 1 < histogram.length ? ` Nobody was there in more than ${plural(last + 1, question.period)}.` : ''}`} columns={columns} rows={rows} actions={<CsvButton name="Stickiness" columns={columns} rows={rows} />}>
      <ul className="sticky-bars">
        {histogram.slice(0, last + 1).map(({ intervals, people }) => (
          <li key={intervals}><span className="muted">in {plural(intervals, question.period_count > 1 ? 'interval' : question.period)}</span><i aria-hidden style={{ width: `${(100 * people) / most}%` }} /><span className="end">{formatCount(people)}</span><span className="end muted">{formatShare(people / all)}</span></li>
        ))}
      </ul>
    </ChartFrame>
  )
}
