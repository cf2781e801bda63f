import { useState } from 'react'
import { useCorrelation, type CorrelationAnswer, type FunnelQuestion } from '../../api/behaviour'
import { ChartFrame } from '../../charts/ChartFrame'
import { Association } from '../../components/Association'
import { CsvButton } from '../../components/CsvButton'
import { LongAnswer } from '../../components/LongAnswer'
import { Members } from '../../components/Members'
import { Scroll } from '../../components/Scroll'
import { formatCount } from '../../lib/format'
import { unitOf } from '../../lib/units'
import { usePreferences } from '../../lib/view'
import { correlationQuestion, goesWithFinding, lineWords, membersOf, oddsOfDropping, ofWords, partLines, type Line } from './goesWith'

/** What those who dropped out have in common, the API's part of it too. */
export function GoesWith({ question, countBy }: { question: FunnelQuestion; countBy: string | undefined }) {
  const asked = useCorrelation(correlationQuestion(question))
  return <LongAnswer query={asked} what="what goes with dropping out">{(answer) => <Lines answer={answer} question={question} countBy={countBy} />}</LongAnswer>
}

const shown = 12

function Lines({ answer, question, countBy }: { answer: CorrelationAnswer; question: FunnelQuestion; countBy: string | undefined }) {
  const { many } = unitOf(countBy)
  if (answer.why_empty) return <p className="muted">What goes with dropping out: {answer.why_empty}</p>
  const parts = partLines(answer.results)
  const all = [...parts.met, ...parts.missing]
  const columns = ['On the way', 'Of those who dropped out', 'Of those who came through', 'Odds of dropping out (95 %)', 'q', 'n']
  const rows = all.map((line) => [lineWords(line), ofWords(line.failure), ofWords(line.success), oddsOfDropping(line), line.q.toPrecision(2), line.people])
  return (
    <ChartFrame title={goesWithFinding(parts)} columns={columns} rows={rows} actions={<CsvButton name="What goes with dropping out" columns={columns} rows={rows} />}
      finding={`An association, no cause: ${formatCount(answer.failure)} ${many} who dropped out against ${formatCount(answer.success)} who came through.`}>
      {parts.met.length > 0 && <LineTable lines={parts.met.slice(0, shown)} question={question} countBy={countBy} label="What goes with dropping out" />}
      {parts.missing.length > 0 && (
        <details className="apart">
          <summary>{parts.missing.length === 1 ? 'One call' : `${parts.missing.length} calls`} that those who dropped out made less often, which often only follows from dropping out</summary>
          <LineTable lines={parts.missing.slice(0, shown)} question={question} countBy={countBy} label="Calls not made" />
        </details>
      )}
      <div className="muted small"><Association what="those who came through" /></div>
    </ChartFrame>
  )
}

function LineTable({ lines, question, countBy, label }: { lines: Line[]; question: FunnelQuestion; countBy: string | undefined; label: string }) {
  const [open, setOpen] = useState<string>()
  const { now } = usePreferences()
  const chosen = lines.find((line) => keyOf(line) === open)
  const members = chosen && membersOf(chosen, question, now)
  return (
    <>
      <Scroll label={label}>
        <table className="mini-table ruled goes-with">
          <thead><tr><th scope="col">On the way</th><th scope="col" className="number">Dropped out</th><th scope="col" className="number">Came through</th>
            <th scope="col" className="number" title="How many times the odds of dropping out are with it against without it, with the range that holds the true number in 95 of 100 cases">Odds of dropping out</th>
            <th scope="col" className="number" title="How likely chance alone makes a line like this, corrected for how many were looked at">q</th></tr></thead>
          <tbody>
            {lines.map((line) => (
              <tr key={keyOf(line)}>
                <th scope="row">{lineWords(line)}</th>
                <td className="number nowrap">{line.kind === 'property' || line.failure.with === 0 ? ofWords(line.failure) : <button type="button" className="number-button" aria-label={`${lineWords(line)}: who of them dropped out`} aria-pressed={keyOf(line) === open} onClick={() => setOpen(keyOf(line) === open ? undefined : keyOf(line))}>{ofWords(line.failure)}</button>}</td>
                <td className="number nowrap">{ofWords(line.success)}</td>
                <td className="number nowrap">{oddsOfDropping(line)}</td>
                <td className="number nowrap">{line.q < 0.001 ? '< 0.001' : line.q.toFixed(3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {chosen && members && <Members title={`Dropped out, and ${lineWords(chosen)}`} sets={members} expected={chosen.failure.with} differs="it looks at every attempt, the table at the one that counts" countBy={countBy} onClose={() => setOpen(undefined)} />}
    </>
  )
}

function keyOf({ kind, name }: Line): string {
  return `${kind} ${name}`
}
