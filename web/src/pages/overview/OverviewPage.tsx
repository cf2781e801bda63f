import { Link } from '@tanstack/react-router'
import { useOverview } from '../../api/overview'
import type { Overview } from '../../api/types'
import { Answered, EmptyNotice } from '../../components/Notice'
import { formatCount, formatShare, rateWords } from '../../lib/format'
import { useRange } from '../../lib/view'
import { RedCharts } from '../RedCharts'
import { CostsSection } from './CostsSection'
import { GoalsToday } from './GoalsToday'
import { NowSection } from './NowSection'
import { ReleasesSection } from './ReleasesSection'
import { WorstStepSection } from './WorstStepSection'
import './overview.css'

/** The first screen answers before it charts: what hurts people now, how the goals do, what costs them, whether releases helped. */
export default function OverviewPage() {
  const overview = useOverview()
  return (
    <Answered query={overview} what="the overview">
      {(answer) => (answer.data.newest ? <Answer overview={answer} /> : <NoData />)}
    </Answered>
  )
}

function NoData() {
  return (
    <EmptyNotice title="">
      <h1>No data yet</h1>
      <p>Clickspan joins two records: what people do on your pages, and what your API did about it. Both take one block to paste.</p>
      <p><a href="/connect">Connect your site and its log</a></p>
    </EmptyNotice>
  )
}

function Answer({ overview }: { overview: Overview }) {
  const range = useRange()
  return (
    <div className="stack">
      <NowSection overview={overview} />
      <div className="columns">
        <div className="stack">
          <GoalsToday goals={overview.goals} at={overview.at} />
          <ReleasesSection overview={overview} />
        </div>
        <WorstStepSection overview={overview} />
      </div>
      <CostsSection overview={overview} />
      <LiveLine overview={overview} />
      <RedCharts range={range} of="all endpoints" />
    </div>
  )
}

function LiveLine({ overview: { live, data } }: { overview: Overview }) {
  return (
    <p className="row muted">
      <span>
        At this moment: <Link to="/live">{rateWords(live.calls_per_second)}</Link>, <Link to="/live">{formatCount(live.people)}</Link> {live.people === 1 ? 'person' : 'people'} active in the last 5 minutes.
        {data.calls > 0 && <> Of the last day’s {formatCount(data.calls)} server calls {formatShare(data.linked / data.calls)} are linked to what a person did. <Link to="/quality">Why not the rest?</Link></>}
      </span>
    </p>
  )
}
