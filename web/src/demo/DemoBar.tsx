import { formatShare } from '../lib/format'
import { BreakMenu } from './BreakMenu'
import { useDemo, type DemoState } from './demoQueries'
import { setTourSmall, setTourStep, stepCount, useTourSmall, useTourStep } from './tour'
import { Tour } from './Tour'
import './demo.css'

/** Says on every page that this shop is simulated, how far its past is filled in, and lets the reader break it. */
export default function DemoBar() {
  const demo = useDemo()
  const step = useTourStep()
  const small = useTourSmall()
  const open = () => {
    setTourSmall(false)
    setTourStep(step ?? 1)
  }
  if (!demo.data) return null
  return (
    <aside className="demo" aria-label="Demo">
      {step !== null && !small && <Tour step={step} broken={demo.data.breaks} />}
      <div className="demo-bar">
        <span className="demo-mark" title="The people and the traffic of this shop are made up; nothing leaves this machine.">Demo</span>
        <Late filled={demo.data.filled} asked={demo.dataUpdatedAt} />
        <Filling filled={demo.data.filled} />
        <span className="grow" />
        {(step === null || small) && <button type="button" className="plain-button" onClick={open}>{step === null ? 'Tour' : `Tour, ${step} of ${stepCount}`}</button>}
        <BreakMenu state={demo.data} />
      </div>
    </aside>
  )
}

/** How far what happens now may lie behind, in seconds, before it is worth a word. */
const lateAfter = 5

/** Says that the traffic comes late, and why; nothing as long as it comes in time. */
function Late({ filled, asked }: { filled: DemoState['filled']; asked: number }) {
  const late = Math.round((asked - Date.parse(filled.to)) / 1000)
  if (late <= lateAfter) return null
  const why = filled.share < 1 ? 'Older days are being filled in, which keeps this machine busy.' : 'This machine is busy.'
  return <span className="demo-late" title={why}>traffic {late} s late</span>
}

function Filling({ filled }: { filled: DemoState['filled'] }) {
  if (filled.share >= 1) return <span className="muted demo-note">a simulated shop</span>
  return (
    <label className="demo-note" title="The days before the last one are being filled in, newest first.">
      <span className="muted">older days: {formatShare(filled.share)}</span>
      <progress max={1} value={filled.share} />
    </label>
  )
}
