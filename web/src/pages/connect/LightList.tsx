import { Link } from '@tanstack/react-router'
import { CopyButton } from '../../components/CopyButton'
import { Moment } from '../../components/values'
import type { Cause, Light } from './queries'

const steps: Record<Light['name'], { seen: string; waiting: string }> = {
  page: { seen: 'Page seen', waiting: 'Open a page of your site' },
  click: { seen: 'Click seen', waiting: 'Click something on it' },
  log: { seen: 'Log line seen', waiting: 'Follow the log' },
  link: { seen: 'First link', waiting: 'Comes by itself' },
}

/** The four lights. A dark one says what to do, and after a minute what is likely to be wrong. */
export function LightList({ lights }: { lights: Light[] }) {
  const causes = lights.filter((light) => light.cause)
  return (
    <section className="stack" aria-label="What has been seen" aria-live="polite">
      <ol className="lights">
        {lights.map((light) => <LightItem key={light.name} light={light} />)}
      </ol>
      {causes.map((light) => <CauseNotice key={light.name} title={steps[light.name].seen} cause={light.cause!} />)}
    </section>
  )
}

function LightItem({ light }: { light: Light }) {
  const step = steps[light.name]
  return (
    <li className="light" data-light={light.name} data-on={light.on}>
      <span className="lamp" aria-hidden>{light.on ? '●' : '○'}</span>
      <div className="light-text">
        <b>{step.seen}</b><span className="hidden-text">{light.on ? ': yes' : ': not yet'}</span>
        {light.on ? <Seen light={light} /> : <span className="muted">{step.waiting}</span>}
      </div>
    </li>
  )
}

function Seen({ light }: { light: Light }) {
  return (
    <>
      <span className="cut" title={light.what}>{light.what}</span>
      <span className="muted">{light.at && <Moment at={light.at} />}</span>
      {light.name === 'link' && light.session_id && (
        <Link to="/sessions/$id" params={{ id: light.session_id }} search={around(light.at)} className="light-open">Open its timeline</Link>
      )}
    </>
  )
}

/** A day around the link, so that the timeline's range has it whatever range is chosen. */
function around(at: string | undefined): { from?: string; to?: string } {
  if (!at) return {}
  const day = 86_400_000
  return { from: new Date(Date.parse(at) - day).toISOString(), to: new Date(Date.parse(at) + day).toISOString() }
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
