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
        <Filling filled={demo.data.filled} />
        <span className="grow" />
        {(step === null || small) && <button type="button" className="plain-button" onClick={open}>{step === null ? 'Tour' : `Tour, ${step} of ${stepCount}`}</button>}
        <BreakMenu state={demo.data} />
      </div>
    </aside>
  )
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
