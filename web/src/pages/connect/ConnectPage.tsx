import { Button, SegmentedControl } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Answered } from '../../components/Notice'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { GoalChoice } from './GoalChoice'
import { LightList } from './LightList'
import { useLights, useNameSite, useRecipe, type Server, type Setup } from './queries'
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
  const setup: Setup = { server: serverOf(search.server), site: search.site, intake: search.intake, log: search.log }
  const lights = useLights(setup.site)
  const unnamed = setup.site && lights.data && !lights.data.site_named ? setup.site : undefined
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
      <Recipe setup={setup} />
    </div>
  )
}

/** A site that came with the address of this page, which may have been somebody else's link. */
function Unnamed({ site }: { site: string }) {
  const name = useNameSite()
  return (
    <p className="row">
      <span className="muted">{site} is not known as your site yet, so it is not looked at.</span>
      <Button size="compact-xs" variant="default" loading={name.isPending} onClick={() => name.mutate(site)}>It is mine</Button>
      {name.isError && <span role="alert" className="failed">{name.error.message}</span>}
    </p>
  )
}

function serverOf(text: string | undefined): Server {
  return servers.find(({ value }) => value === text)?.value ?? 'nginx'
}

function Recipe({ setup }: { setup: Setup }) {
  const setSearch = useSetSearch()
  const recipe = useRecipe(setup)
  const name = useNameSite()
  return (
    <section className="stack" aria-labelledby="recipe">
      <h2 id="recipe">What to paste</h2>
      <div className="setup">
        <SegmentedControl size="xs" aria-label="Web server in front of the application" data={servers} value={setup.server}
          onChange={(server) => setSearch({ server: server === 'nginx' ? undefined : server }, { replace: true })} />
        <SetupField label="Your site" value={setup.site} example="https://shop.example" onValue={(site) => { if (site && site !== setup.site) name.mutate(site); setSearch({ site }, { replace: true }) }} />
        <SetupField label="Clickspan, as the web server reaches it" value={setup.intake} example={recipe.data?.intake ?? ''} asYouType onValue={(intake) => setSearch({ intake }, { replace: true })} />
        <SetupField label="Log file" value={setup.log} example="as below" asYouType onValue={(log) => setSearch({ log }, { replace: true })} />
      </div>
      <Answered query={recipe} what="what to paste">
        {({ snippets, key }) => <Snippets snippets={snippets} browserKey={key} />}
      </Answered>
    </section>
  )
}
