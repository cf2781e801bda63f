import { Link } from '@tanstack/react-router'
import type { ActionVerdict } from '../../api/verdict'
import { Facts } from '../../components/values'
import { formatDuration } from '../../lib/format'
import { useSetSearch } from '../../lib/view'
import { callKey, spanKey } from '../sessions/timeline'
import { causes, places } from './words'
import { WaitBar } from './WaitBar'

const troubles: Record<ActionVerdict['trouble'], string> = { failed: 'It failed', slow: 'It was slow', nothing_happened: 'Nothing happened' }

/** Why an action was slow or failed, with the evidence; the rows that it names are of the same timeline. */
export function VerdictFacts({ verdict: v }: { verdict: ActionVerdict }) {
  const setSearch = useSetSearch()
  const row = (id: string, text: string) => <button type="button" className="link-button" onClick={() => setSearch({ sel: id }, { replace: true })}>{text}</button>
  return (
    <section aria-labelledby="verdict">
      <h3 id="verdict">{troubles[v.trouble]}: {places[v.is]}{v.service && ` (${v.service})`}</h3>
      <p>{v.because}</p>
      <WaitBar waited={v.waited} label="What the wait was made of" />
      <Facts facts={[
        ['Cause', causes[v.cause]],
        ['At work', v.waited.services.map(({ service, time_us }) => `${service || 'unnamed'} ${formatDuration(time_us)}`).join(', ')],
        ['Endpoint', v.endpoint && <Link key="endpoint" to="/endpoints/$id" params={{ id: v.endpoint.id }}>{v.endpoint.name}</Link>],
        ['The call', v.call_id && row(callKey(v.call_id), 'show')],
        ['On the server', v.server_call_id && v.server_call_id !== v.call_id && row(callKey(v.server_call_id), 'show')],
        ['Failed inside', v.span_id && row(spanKey(v.span_id), 'show')],
        ['Sure', v.confidence !== null && `${Math.round(v.confidence * 100)} % that the call belongs to the action`],
      ]} />
    </section>
  )
}
