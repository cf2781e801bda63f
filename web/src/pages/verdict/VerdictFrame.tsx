import { Link } from '@tanstack/react-router'
import { useVerdict, type ActionVerdict, type VerdictAnswer, type VerdictQuestion } from '../../api/verdict'
import { ChartFrame } from '../../charts/ChartFrame'
import { DataTable, type Column } from '../../charts/DataTable'
import { CsvButton } from '../../components/CsvButton'
import { LongAnswer } from '../../components/LongAnswer'
import { Moment } from '../../components/values'
import { formatCount, formatDuration, formatShare } from '../../lib/format'
import { sessionLink } from '../sessions/sessionLink'
import { Term } from '../../components/Term'
import { basisWords, causes, places, shortVerdict } from './words'
import { WaitBar } from './WaitBar'

/** Frontend, network or backend: where the slow and failed actions of a question sit, by people. */
export function VerdictFrame({ question, of }: { question: VerdictQuestion; of: string }) {
  const verdict = useVerdict(question)
  return <LongAnswer query={verdict} what="where slow and failed actions sit">{(answer) => <Verdict answer={answer} of={of} />}</LongAnswer>
}

function Verdict({ answer: v, of }: { answer: VerdictAnswer; of: string }) {
  const columns = ['Where', 'Why', 'People', 'Share', 'Actions']
  const rows = v.causes.map(({ place, cause, people, actions }) => [places[place], causes[cause], people.count, formatShare(people.share), actions])
  return (
    <ChartFrame title={v.actions === 0 ? `Slow or failed: nobody, at ${of}` : v.because} finding={v.actions === 0 ? v.because : <>{basisWords(v)} <Term id="verdict">What is a verdict?</Term></>} columns={columns} rows={rows} actions={<CsvButton name={`Verdict ${of}`} columns={columns} rows={rows} />}>
      {v.actions > 0 && (
        <div className="stack">
          <ul className="verdict-places">
            {v.places.map(({ place, people, actions }) => (
              <li key={place}><span>{places[place]}</span><i aria-hidden className="place-bar"><i style={{ width: `${100 * (people.share ?? 0)}%` }} /></i><span className="end">{formatShare(people.share)}</span><span className="muted end">{formatCount(people.count)} of {formatCount(people.of)} people, {formatCount(actions)} actions</span></li>
            ))}
          </ul>
          <WaitBar waited={v.time} label="What all these waits were made of" />
          {v.services.length > 0 && <p className="muted small">At work or failed in the backend: {v.services.map(({ service, people }) => `${service || 'unnamed'} ${formatShare(people.share)}`).join(', ')}.</p>}
          <DataTable label="The newest of these actions" columns={evidenceColumns} rows={v.evidence} rowKey={(action) => action.event_id} maxHeight={26 + 24 * Math.min(8, v.evidence.length)} />
        </div>
      )}
      {v.caveats.length > 0 && <ul className="caveats">{v.caveats.map((caveat) => <li key={caveat}>{caveat}</li>)}</ul>}
    </ChartFrame>
  )
}

const evidenceColumns: Column<ActionVerdict>[] = [
  { id: 'time', header: 'Time', width: '120px', cell: (a) => <Moment at={a.time} /> },
  { id: 'action', header: 'Action', width: 'minmax(130px, 1fr)', cell: (a) => <Link {...sessionLink(a.session_id, { event_id: a.event_id })}>{a.target || a.page || a.name}</Link> },
  { id: 'where', header: 'Where', width: '150px', cell: (a) => shortVerdict(a) || <span className="muted">cannot be told</span> },
  { id: 'waited', header: 'Waited', width: '80px', align: 'end', cell: (a) => formatDuration(a.waited.total_us) },
  { id: 'because', header: 'Why', width: 'minmax(200px, 2fr)', cell: (a) => <span title={a.because}>{a.because}</span> },
]
