import { useLinks } from '../api/explore'
import { expandTemplate, replaysIn, webAddress } from '../lib/outlinks'

/** An id, and beside it the way to it in the tool that the project named. */
export function OutLink({ kind, id }: { kind: 'trace' | 'request' | 'session'; id: string }) {
  const { data: links } = useLinks()
  const url = links?.[kind] ? webAddress(expandTemplate(links[kind], kind, id)) : null
  return url && <External url={url} />
}

/** The replays that the application recorded the address of. */
export function Replays({ properties }: { properties: Record<string, unknown> | undefined }) {
  const { data: links } = useLinks()
  return replaysIn(properties, links?.replay ?? []).map((url) => <p key={url.href}>Replay: <External url={url} /></p>)
}

function External({ url }: { url: URL }) {
  return <a href={url.href} target="_blank" rel="noopener noreferrer" className="out nowrap">open in {url.host} <span aria-hidden>↗</span></a>
}
