import { FilterBar } from '../../components/FilterBar'
import { Views } from '../../components/Views'
import { useAsk } from '../../lib/useAsk'
import { useCommon } from '../../lib/useCommon'
import { usualPeriod } from '../../lib/periods'
import { useRange, useSetSearch, useViewSearch } from '../../lib/view'
import { breakdownQuestion, exploreShape, lifecycleQuestion, seriesQuestion } from './explore'
import { BreakdownView } from './BreakdownView'
import { LifecycleView } from './LifecycleView'
import { MeasureForm } from './MeasureForm'
import { PeopleForm } from './PeopleForm'
import { SeriesView } from './SeriesView'
import { StickinessView } from './StickinessView'
import './explore.css'

const views = [{ id: 'series', label: 'Over time' }, { id: 'breakdown', label: 'By value' }, { id: 'lifecycle', label: 'Coming and going' }, { id: 'stickiness', label: 'How often' }] as const

const measured = ['event', 'call', 'session']
const peopled = ['event', 'call']

/** Any measure, over time or by value, and how people come, stay and go. */
export default function ExplorePage() {
  const { filter, view } = useViewSearch()
  const setSearch = useSetSearch()
  const range = useRange()
  const common = useCommon()
  const [asked, change] = useAsk(exploreShape)
  const open = views.find(({ id }) => id === view)?.id ?? 'series'
  const people = lifecycleQuestion(asked, range, common)
  const peopleForm = (error: unknown) => <PeopleForm asked={asked} period={people?.period ?? usualPeriod(range)} error={error} onChange={change} />
  return (
    <div className="stack">
      <div className="row top">
        <h1>Explore</h1>
        <nav className="views" aria-label="Views">
          {views.map(({ id, label }) => <button key={id} type="button" className="plain-button" aria-pressed={id === open} onClick={() => setSearch({ view: id === 'series' ? undefined : id, sel: undefined, sort: undefined })}>{label}</button>)}
        </nav>
        <Views />
        <div className="grow"><FilterBar filter={filter} onFilter={(next) => setSearch({ filter: next, sel: undefined })} records={open === 'series' || open === 'breakdown' ? measured : peopled} example={'event.device == "mobile"'} /></div>
      </div>
      <div className="asking">
        {open === 'series' && <SeriesView question={seriesQuestion(asked, common)}>{(error) => <MeasureForm view="series" asked={asked} error={error} onChange={change} />}</SeriesView>}
        {open === 'breakdown' && <BreakdownView question={breakdownQuestion(asked, common)}>{(error) => <MeasureForm view="breakdown" asked={asked} error={error} onChange={change} />}</BreakdownView>}
        {open === 'lifecycle' && <LifecycleView question={people}>{peopleForm}</LifecycleView>}
        {open === 'stickiness' && <StickinessView question={people}>{peopleForm}</StickinessView>}
      </div>
    </div>
  )
}
