import { useId } from 'react'
import { Link } from '@tanstack/react-router'
import type { ImpactResult } from '../../api/impact'
import { useEscape } from '../../charts/useListKeys'
import { CsvButton } from '../../components/CsvButton'
import { Scroll } from '../../components/Scroll'
import { Term } from '../../components/Term'
import { CallsLink, Facts } from '../../components/values'
import { formatCount, formatMs } from '../../lib/format'
import { points } from '../overview/words'
import { chanceWords, decimal, exposedFilter, metWords, pointsRange, rangeWords, rateWords } from './impact'

type Props = { result: ImpactResult; goal: { name: string; currency?: string }; onClose: () => void }

/** What a number of the ranking is made of: the raw table, what was adjusted, and all that speaks for and against it. */
export function Exposed({ result: r, goal, onClose }: Props) {
  const heading = useId()
  useEscape(onClose)
  const columns = ['', 'Calls', 'People', `Reached ${goal.name}`]
  const rows = [
    ['Exposed', formatCount(r.n_exposed), formatCount(r.people_exposed), rateWords(r.reached_exposed, r.n_exposed)],
    ['Unexposed', formatCount(r.n_unexposed), formatCount(r.people_unexposed), rateWords(r.reached_unexposed, r.n_unexposed)],
  ]
  return (
    <section className="who" aria-labelledby={heading}>
      <div className="who-head">
        <h2 id={heading}>{metWords(r)}</h2>
        <CsvButton name={metWords(r)} columns={columns} rows={rows} />
        <button type="button" className="plain-button" onClick={onClose}>Close</button>
      </div>
      {r.refusal && <p className="slow">{r.refusal.says}</p>}
      <Scroll label="Exposed and unexposed">
        <table className="mini-table ruled">
          <thead><tr><th scope="col"><Term id="exposed">Who</Term></th><th scope="col" className="number">Times</th><th scope="col" className="number">People</th><th scope="col" className="number">Reached {goal.name} afterwards</th></tr></thead>
          <tbody>
            <tr><th scope="row">{r.exposure === 'errors' ? 'The call failed' : `The call took over ${formatMs(r.slow_over_ms)}`}</th><td className="number"><CallsLink filter={exposedFilter(r.endpoint, r)}>{formatCount(r.n_exposed)}</CallsLink></td><td className="number">{formatCount(r.people_exposed)}</td><td className="number">{rateWords(r.reached_exposed, r.n_exposed)}</td></tr>
            <tr><th scope="row">The call went well</th><td className="number">{formatCount(r.n_unexposed)}</td><td className="number">{formatCount(r.people_unexposed)}</td><td className="number">{rateWords(r.reached_unexposed, r.n_unexposed)}</td></tr>
          </tbody>
        </table>
      </Scroll>
      <div className="columns">
        <Facts facts={[
          ['Difference', r.adjusted_difference !== null && <span key="d"><Term id="adjusted">adjusted</Term> {points(r.adjusted_difference)} <span className="muted">(95 %: {pointsRange(r.ci95)})</span></span>],
          ['Lost a day', r.lost_goals_per_day !== null && <span key="l">{decimal(r.lost_goals_per_day)} <span className="muted">(95 %: {rangeWords(r.lost_ci95)})</span></span>],
          ['For daily looks', r.lost_anytime95 !== null && <span key="a"><Term id="anytime">{rangeWords(r.lost_anytime95)}</Term></span>],
          ['Worth a day', r.lost_value_per_day !== null && `${decimal(r.lost_value_per_day)}${goal.currency ? ` ${goal.currency}` : ''} (95 %: ${rangeWords(r.lost_value_ci95)})`],
          ['p and q', r.p !== null && <span key="p"><Term id="p">p</Term> {chanceWords(r.p)}, <Term id="q">q</Term> {chanceWords(r.q)}</span>],
        ]} />
        <Facts facts={[
          ['Same people', r.within_person && <span key="w"><Term id="within">{points(r.within_person.difference)}</Term> <span className="muted">(95 %: {pointsRange(r.within_person.ci95)}; n {formatCount(r.within_person.n)})</span></span>],
          ['E-value', r.e_value !== null && <span key="e"><Term id="evalue">{r.e_value.toFixed(1)}</Term>{r.e_value_limit !== null && <span className="muted"> (its limit {r.e_value_limit.toFixed(1)})</span>}</span>],
          ['Robustness', r.robustness_value !== null && <span key="r"><Term id="robustness">{Math.round(100 * r.robustness_value)} %</Term></span>],
          ...r.placebos.map((placebo): [string, React.ReactNode] => ['Placebo', <span key={placebo.name} className={placebo.passed ? undefined : 'failed'}><Term id="placebo">{placebo.passed ? 'passed' : 'failed'}</Term>: {placebo.name} <span className="muted">{points(placebo.difference)} ({pointsRange(placebo.ci95)})</span></span>]),
          ['Durations', r.exposure === 'slow' && (r.server_side ? 'the servers’ own' : 'as browsers saw them')],
        ]} />
      </div>
      {r.caveats.length > 0 && <ul className="caveats">{r.caveats.map((caveat) => <li key={caveat}>{caveat}</li>)}</ul>}
      {r.method && <p className="muted small">{r.method}</p>}
      <p className="row actions"><Link to="/endpoints/$id" params={{ id: r.endpoint_id }}>The endpoint</Link><CallsLink filter={exposedFilter(r.endpoint, r)}>These calls</CallsLink></p>
    </section>
  )
}
