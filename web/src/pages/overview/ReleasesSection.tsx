import { Link } from '@tanstack/react-router'
import type { Overview, ReleaseEffect } from '../../api/types'
import { Moment } from '../../components/values'
import { formatCount, formatQuantile, formatShare } from '../../lib/format'
import { writeAsk } from '../../lib/ask'
import { toIso } from '../../lib/time'
import { usePreferences } from '../../lib/view'
import { ofService, releaseMeans, releaseVerdicts, releaseWait } from './words'

/** Whether the last releases helped: the same length of time before and after each. */
export function ReleasesSection({ overview: { releases, pending } }: { overview: Overview }) {
  return (
    <section className="card" aria-labelledby="releases">
      <h2 id="releases">Did the last releases help?</h2>
      {releases.length > 0 ? (
        <div className="wide">
          <table className="mini-table numbers">
            <thead><tr><th scope="col">Release</th><th scope="col">At</th><th scope="col">Verdict</th><th scope="col">Failed</th><th scope="col">p95</th></tr></thead>
            <tbody>{releases.map((e) => <ReleaseRow key={`${e.release.service} ${e.release.version} ${e.release.at}`} effect={e} />)}</tbody>
          </table>
          <p className="muted small">Before → after, over the same length of time. <Link to="/releases">Against untouched endpoints, and what people did</Link></p>
        </div>
      ) : <p className="muted">{pending ? 'Being worked out …' : 'No release in the last 30 days. A deploy marker is one request: POST /intake/releases with service, version and at.'}</p>}
    </section>
  )
}

const day = 86_400_000

function ReleaseRow({ effect: e }: { effect: ReleaseEffect }) {
  const { now } = usePreferences()
  const verdict = releaseVerdicts[e.verdict]
  const at = Date.parse(e.release.at)
  const more = releaseWait(e, now) ?? releaseMeans(e)
  const calls = (from: number, to: number, text: string, of: number) => (
    <Link to="/calls" search={{ filter: ofService(e.release.service), side: 'server', from: toIso(from), to: toIso(to) }} title={`of ${formatCount(of)} calls`}>{text}</Link>
  )
  const span = e.window_seconds * 1000
  return (
    <tr>
      <th scope="row"><Link to="/releases" search={{ ask: writeAsk({ service: e.release.service, release: e.release.version }), from: toIso(at - day), to: toIso(Math.max(now, at + day / 24)) }}>{e.release.service} {e.release.version}</Link></th>
      <td className="nowrap"><Moment at={e.release.at} precision="minute" /></td>
      <td><span className={verdict.tone}>{verdict.text}</span>{more && <span className="muted">, {more}</span>}</td>
      <td>{calls(at - span, at, formatShare(e.before.failed.share), e.before.failed.of)} → {calls(at, at + span, formatShare(e.after.failed.share), e.after.failed.of)}</td>
      <td>{formatQuantile(e.before.p95_us, true)} → {formatQuantile(e.after.p95_us, true)}</td>
    </tr>
  )
}
