import { useMemo, type ReactNode } from 'react'
import { Link } from '@tanstack/react-router'
import { useSeriesOf } from '../../api/behaviour'
import type { SeriesAnswer, SeriesQuestion } from '../../api/types'
import { ChartFrame } from '../../charts/ChartFrame'
import { TimeSeries, type Line } from '../../charts/TimeSeries'
import { CsvButton } from '../../components/CsvButton'
import { LongAnswer } from '../../components/LongAnswer'
import { Scroll } from '../../components/Scroll'
import { formatMoment } from '../../lib/time'
import { usePreferences, useSetSearch, useViewSearch } from '../../lib/view'
import { axisOf, capital, formatOf, labelWords, measureWords, opens, seriesFinding } from './explore'

const colors = ['--ok', '--slow', '--client', '--action', '--failed', '--server', '--span', '--refused', '--good', '--page']
const mostLines = 12

/** Measures over time. */
export function SeriesView({ question, children }: { question: SeriesQuestion; children: (error: unknown) => ReactNode }) {
  const series = useSeriesOf(question)
  return <>{children(series.error)}<LongAnswer query={series} what="over time">{(answer) => <Lines answer={answer} question={question} />}</LongAnswer></>
}

function Lines({ answer, question }: { answer: SeriesAnswer; question: SeriesQuestion }) {
  const { filter } = useViewSearch()
  const setSearch = useSetSearch()
  const { zone } = usePreferences()
  const { measures } = question
  const times = useMemo(() => answer.buckets.map((bucket) => Date.parse(bucket)), [answer])
  const shown = useMemo(() => answer.series.filter(({ measure }) => measures[measure]).slice(0, mostLines), [answer, measures])
  // A value has its colour in all its measures; dashes tell these apart.
  const values = useMemo(() => [...new Set(shown.map(({ labels }) => JSON.stringify(labels)))], [shown])
  const lines = useMemo(() => shown.map(({ labels, measure, values: points }): Line => ({
    label: [labelWords(labels), (measures.length > 1 || Object.keys(labels).length === 0) && measureWords(measures[measure]!)].filter(Boolean).join(' · '),
    color: colors[(values.length > 1 ? values.indexOf(JSON.stringify(labels)) : measure) % colors.length]!, values: points, format: formatOf(measures[measure]!), axis: axisOf(measures[measure]!, measures[0]!), dashed: measure % 2 === 1,
  })), [shown, measures, values])
  const columns = ['From', ...lines.map(({ label }) => label)]
  const rows = times.map((at, i) => [formatMoment(at, zone, 'minute'), ...shown.map((line) => line.values[i] ?? '')])
  return (
    <div className="stack">
      <ChartFrame title={seriesFinding(shown, measures, (i) => formatMoment(times[i]!, zone, 'minute'))} finding={`${capital(measures.map(measureWords).join('; '))}.${answer.other ? ' More values exist.' : ''}`}
        columns={columns} rows={rows} actions={<CsvButton name="Series" columns={columns} rows={rows} />}>
        <TimeSeries label="Measures over time" times={times} lines={lines} height={260} onZoom={(from, to) => setSearch({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })} />
      </ChartFrame>
      <Scroll label="Lines">
        <table className="mini-table ruled">
          <thead><tr><th scope="col">Line</th><th scope="col" className="number">Highest</th><th scope="col">Behind it</th></tr></thead>
          <tbody>
            {shown.map(({ labels, measure, values: points }, i) => {
              const spec = measures[measure]!
              const list = opens(spec, labels, filter)
              const highest = points.reduce<number | null>((top, value) => (value !== null && (top === null || value > top) ? value : top), null)
              return (
                <tr key={lines[i]!.label}>
                  <th scope="row">{lines[i]!.label}</th><td className="number">{formatOf(spec)(highest)}</td>
                  <td>{list ? <Link {...list}>the {list.to.slice(1)}</Link> : <span className="muted">–</span>}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </Scroll>
    </div>
  )
}
