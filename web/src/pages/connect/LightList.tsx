import { Link } from '@tanstack/react-router'
import { CopyButton } from '../../components/CopyButton'
import { Moment } from '../../components/values'
import { usePreferences } from '../../lib/view'
import { markedWords } from '../overview/words'
import type { Cause, Light } from './queries'

const steps: Record<Light['name'], { seen: string; on?: string; waiting: string }> = {
  page: { seen: 'Page seen', waiting: 'Open a page of your site' },
  click: { seen: 'Click seen', waiting: 'Click something on it' },
  log: { seen: 'Log line seen', waiting: 'Follow the log' },
  link: { seen: 'First link', on: 'Newest link', waiting: 'Comes by itself' },
}

/** The four lights. A dark one says what to do, and after a minute what is likely to be wrong. */
export function LightList({ lights }: { lights: Light[] }) {
  const causes = lights.filter((light) => light.cause)
  const marked = lights.find((light) => light.marked)?.marked
  return (
    <section className="stack" aria-label="What has been seen" aria-live="polite">
      <ol className="lights">
        {lights.map((light) => <LightItem key={light.name} light={light} />)}
      </ol>
      {marked && <MarkedNotice marked={marked} />}
      {causes.map((light) => <CauseNotice key={light.name} title={steps[light.name].seen} cause={light.cause!} />)}
    </section>
  )
}

function LightItem({ light }: { light: Light }) {
  const step = steps[light.name]
  return (
    <li className="light" data-light={light.name} data-on={light.on} data-marked={light.marked}>
      <span className="lamp" aria-hidden>{light.marked ? '◐' : light.on ? '●' : '○'}</span>
      <div className="light-text">
        <b>{light.on ? step.on ?? step.seen : step.seen}</b><span className="hidden-text">{light.marked ? ': only marked' : light.on ? ': yes' : ': not yet'}</span>
        {light.on ? <Seen light={light} /> : <span className="muted">{step.waiting}</span>}
      </div>
    </li>
  )
}

function Seen({ light }: { light: Light }) {
  const { now } = usePreferences()
  return (
    <>
      <span className="cut" title={light.what}>{light.what}</span>
      <span className="muted">{light.at && <Moment at={light.at} />}</span>
      {light.name === 'link' && light.session_id && (
        <Link to="/sessions/$id" params={{ id: light.session_id }} search={around(light.at, now)} className="light-open">Open its timeline</Link>
      )}
    </>
  )
}

/** A day around the link, but not the future, so that the timeline's range has it whatever range is chosen. */
function around(at: string | undefined, now: number): { from?: string; to?: string } {
  if (!at) return {}
  const minute = 60_000
  const day = 24 * 60 * minute
  return { from: new Date(Date.parse(at) - day).toISOString(), to: new Date(Math.min(Date.parse(at) + day, Math.max(now, Date.parse(at) + minute))).toISOString() }
}

/** Everything arrives, and yet no page shows a person. */
function MarkedNotice({ marked }: { marked: NonNullable<Light['marked']> }) {
  return (
    <div className="cause" data-cause="marked">
      <p><b>Seen, but only from a browser marked as {marked}.</b> {markedWords}</p>
    </div>
  )
}

function CauseNotice({ title, cause }: { title: string; cause: Cause }) {
  return (
    <div className="cause" data-cause={cause.code}>
      <p><span className="muted">{title} is dark.</span> <b>{cause.title}</b></p>
      <ul className="evidence">{cause.evidence.map((line) => <li key={line}>{line}</li>)}</ul>
      <p>{cause.fix}</p>
      {cause.copy && <div className="copy-line"><pre>{cause.copy}</pre><CopyButton label="Copy" text={() => cause.copy!} /></div>}
    </div>
  )
}
