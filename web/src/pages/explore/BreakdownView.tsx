import { useMemo, type ReactNode } from 'react'
import { Link } from '@tanstack/react-router'
import { useBreakdownOf, type BreakdownAnswer } from '../../api/behaviour'
import type { BreakdownQuestion } from '../../api/types'
import { ChartFrame } from '../../charts/ChartFrame'
import { DataTable, type Column } from '../../charts/DataTable'
import { CsvButton } from '../../components/CsvButton'
import { LongAnswer } from '../../components/LongAnswer'
import { EmptyNotice } from '../../components/Notice'
import { formatSort, parseSort } from '../../lib/search'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { capital, formatOf, labelWords, measureWords, opens, topWords } from './explore'

type Row = BreakdownAnswer['rows'][number]

/** Measures by the values of up to two properties. */
export function BreakdownView({ question, children }: { question: BreakdownQuestion; children: (error: unknown) => ReactNode }) {
  const breakdown = useBreakdownOf(question)
  return <>{children(breakdown.error)}<LongAnswer query={breakdown} what="by value">{(answer) => <Rows answer={answer} question={question} />}</LongAnswer></>
}

const rowKey = ({ labels }: Row) => JSON.stringify(labels)

function Rows({ answer, question }: { answer: BreakdownAnswer; question: BreakdownQuestion }) {
  const { filter, sort } = useViewSearch()
  const setSearch = useSetSearch()
  const { measures } = question
  const by = useMemo(() => Object.keys(answer.rows[0]?.labels ?? {}), [answer])
  const columns = useMemo(() => columnsOf(by, measures, filter), [by, measures, filter])
  const [top] = answer.rows
  const spec = measures[0]
  if (!top || !spec || answer.rows.every(({ values }) => values.every((value) => !value))) return <EmptyNotice title="There is nothing to measure in this range."><p>No record matches: loosen “only where” and the filter, or widen the range.</p></EmptyNotice>
  const names = [...by, ...measures.map(measureWords)]
  const cells = answer.rows.map(({ labels, values }) => [...by.map((name) => labels[name] || '(none)'), ...values.map((value) => value ?? '')])
  const title = by.length === 0 ? `${capital(measureWords(spec))}: ${formatOf(spec)(top.values[0] ?? null)}` : `${labelWords(top.labels)} has ${topWords(spec)}: ${formatOf(spec)(top.values[0] ?? null)}`
  return (
    <ChartFrame title={title} finding={answer.other ? `The ${answer.rows.length} with ${topWords(spec)}; more exist. A number opens what it counts.` : 'A number opens what it counts.'} columns={names} rows={cells} actions={<CsvButton name="Breakdown" columns={names} rows={cells} />}>
      <DataTable main label="Breakdown" columns={columns} rows={answer.rows} rowKey={rowKey} maxHeight={26 + 24 * Math.min(24, answer.rows.length)} sort={parseSort(sort, '-0')} onSort={(next) => setSearch({ sort: formatSort(next) }, { replace: true })} />
    </ChartFrame>
  )
}

function columnsOf(by: string[], measures: BreakdownQuestion['measures'], filter: string | undefined): Column<Row>[] {
  return [
    ...by.map((name): Column<Row> => ({ id: name, header: name, width: 'minmax(140px, 2fr)', value: ({ labels }) => labels[name] ?? '', cell: ({ labels }) => labels[name] ? <bdi title={labels[name]}>{labels[name]}</bdi> : <span className="muted">(none)</span> })),
    ...measures.map((spec, i): Column<Row> => ({
      id: String(i), header: measureWords(spec), title: measureWords(spec), width: 'minmax(110px, 1fr)', align: 'end', value: ({ values }) => values[i] ?? -1,
      cell: ({ labels, values }) => <Value value={values[i] ?? null} spec={spec} labels={labels} filter={filter} />,
    })),
  ]
}

function Value({ value, spec, labels, filter }: { value: number | null; spec: BreakdownQuestion['measures'][number]; labels: Record<string, string | null>; filter: string | undefined }) {
  const list = opens(spec, labels, filter)
  const text = formatOf(spec)(value)
  return list && value ? <Link {...list} onClick={(event) => event.stopPropagation()}>{text}</Link> : <span className={value ? undefined : 'muted'}>{text}</span>
}
