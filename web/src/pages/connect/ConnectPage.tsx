import { useEffect, useEffectEvent, useState } from 'react'
import { Button, SegmentedControl } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useMe } from '../../api/me'
import { Answered } from '../../components/Notice'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { fieldError, formError } from '../settings/fieldErrors'
import { GoalChoice } from './GoalChoice'
import { LightList } from './LightList'
import { keepSetup, keptSetup } from './kept'
import { useLights, useMakeKey, useRecipe, type Server, type Setup } from './queries'
import { SetupField } from './SetupField'
import { Snippets } from './Snippets'
import './connect.css'

const servers: { value: Server; label: string }[] = [
  { value: 'nginx', label: 'nginx' },
  { value: 'caddy', label: 'Caddy' },
  { value: 'apache', label: 'Apache' },
  { value: 'none', label: 'None of these' },
]

/** How own data begins: what to paste, and four lights that show what has arrived. */
export default function ConnectPage() {
  const search = useViewSearch()
  const setSearch = useSetSearch()
  const [kept, setKept] = useState(keptSetup)
  const setup: Setup = { server: serverOf(search.server ?? kept.server), site: search.site ?? kept.site, intake: search.intake ?? kept.intake, log: search.log ?? kept.log }
  const enter = (change: Partial<Setup>) => {
    keepSetup(change)
    setKept(keptSetup())
    setSearch(change, { replace: true })
  }
  // What this browser kept goes into the address too, so that it can be handed on.
  const complete = useEffectEvent(() => setSearch({ ...kept, ...search }, { replace: true }))
  useEffect(() => complete(), [])
  const lights = useLights(isAddress(setup.site) ? setup.site : undefined)
  const unnamed = isAddress(setup.site) && lights.data && !lights.data.site_named ? setup.site : undefined
  return (
    <div className="stack connect">
      <h1>Connect your application</h1>
      <p>Two things go in: what people do, from a script in your pages, and what your API did, from its log. Where they meet is the first link. Nothing in your backend changes.</p>
      <Answered query={lights} what="what has arrived">
        {({ lights: all, connected }) => (
          <>
            <LightList lights={all} />
            {unnamed && <Unnamed site={unnamed} />}
            {connected && <p><b className="good">Connected.</b> <Link to="/">Go on to the overview</Link></p>}
            {connected && <GoalChoice />}
          </>
        )}
      </Answered>
      <Recipe setup={setup} onEnter={enter} />
    </div>
  )
}

/** A site that came with the address of this page, which may have been somebody else's link. */
function Unnamed({ site }: { site: string }) {
  const name = useMakeKey()
  return (
    <p className="row">
      <span className="muted">{site} is not known as your site yet, so it is not looked at.</span>
      <Button size="compact-xs" variant="default" loading={name.isPending} onClick={() => name.mutate(site)}>It is mine</Button>
      {name.isError && <span role="alert" className="failed">{name.error.message}</span>}
    </p>
  )
}

/** Whether an address is written far enough to be looked at. */
function isAddress(text: string | undefined): text is string {
  return /^https?:\/\/[^\s/]+/.test(text ?? '')
}

function serverOf(text: string | undefined): Server {
  return servers.find(({ value }) => value === text)?.value ?? 'nginx'
}

/** No key is made by merely looking at this page. */
function NoKey({ admin, site, failed, onMake }: { admin: boolean; site: string | undefined; failed: Error | null; onMake: () => void }) {
  if (!admin) return <p className="muted">KEY stands for the project's browser key; only an admin can make one.</p>
  return (
    <p className="row">
      <span>KEY stands for the browser key.{!site && ' Enter your site, and it is made and bound to that site.'}</span>
      <Button size="compact-xs" variant="default" onClick={onMake}>Make one for {site ?? 'any site'}</Button>
      {failed && <span role="alert" className="failed">{failed.message}</span>}
    </p>
  )
}

function Recipe({ setup, onEnter }: { setup: Setup; onEnter: (change: Partial<Setup>) => void }) {
  const recipe = useRecipe(setup)
  const me = useMe()
  const admin = me.data?.role === 'admin'
  const make = useMakeKey()
  const [keyFor, setKeyFor] = useState(setup.site)
  // A key is bound to a whole address: it is made once the field is left, and for a new one only.
  const makeKey = (site: string | undefined) => {
    if (site === keyFor) return
    setKeyFor(site)
    if (isAddress(site) && admin) make.mutate(site)
  }
  const mistaken = recipe.error !== null && formError(recipe.error, ['query.site', 'query.intake', 'query.log']) === null
  const wrong = (field: string) => fieldError(recipe.error, `query.${field}`)
  return (
    <section className="stack" aria-labelledby="recipe">
      <h2 id="recipe">What to paste</h2>
      <div className="setup">
        <SegmentedControl size="xs" aria-label="Web server in front of the application" data={servers} value={setup.server}
          onChange={(server) => onEnter({ server })} />
        <SetupField label="Your site" value={setup.site} example="https://shop.example" error={wrong('site')} onValue={(site) => onEnter({ site })} onDone={makeKey} />
        <SetupField label="Clickspan, as the web server reaches it" value={setup.intake} example={recipe.data?.intake ?? ''} error={wrong('intake')} onValue={(intake) => onEnter({ intake })} />
        <SetupField label="Log file" value={setup.log} example="as below" error={wrong('log')} onValue={(log) => onEnter({ log })} />
      </div>
      {!mistaken && <Answered query={recipe} what="what to paste">
        {({ snippets, key }) => (
          <>
            {!key && <NoKey admin={admin} site={setup.site} failed={make.error} onMake={() => make.mutate(setup.site)} />}
            <Snippets snippets={snippets} />
          </>
        )}
      </Answered>}
    </section>
  )
}
