import { useState } from 'react'
import { Link } from '@tanstack/react-router'
import { useSystem } from '../../api/queries'
import { Answered } from '../../components/Notice'
import { Facts, Moment } from '../../components/values'
import { formatBytes, plural } from '../../lib/format'
import { fieldError, formError } from './fieldErrors'
import { Form, TextField } from './Form'
import { useSetup, type System } from './settingsQueries'

/** The server that this page comes from: one for all projects. */
export function ServerSection({ admin }: { admin: boolean }) {
  const system = useSystem()
  return (
    <Answered query={system} what="the server">
      {(server) => (
        <>
          <ServerFacts server={server} />
          {!server.has_admin && admin && <FirstAdmin />}
        </>
      )}
    </Answered>
  )
}

function ServerFacts({ server: { version, store, demo, has_admin: hasAdmin } }: { server: System }) {
  return (
    <section className="card" aria-labelledby="this-server">
      <h2 id="this-server">This server</h2>
      <Facts facts={[
        ['Version', version],
        ['Data', store.from && store.to ? <span key="data"><Moment at={store.from} precision="minute" /> to <Moment at={store.to} precision="minute" /></span> : 'none yet'],
        ['Rows', `${plural(store.events, 'event')}, ${plural(store.calls, 'call')}, ${plural(store.spans, 'span')}, ${plural(store.links, 'link')}`],
        ['Linking', store.behind === 0 ? 'up to date' : `${plural(store.behind, 'row')} behind; usually linked within moments`],
        ['Disk', formatBytes(store.disk_bytes)],
        ['Engine', store.engine],
        ['Accounts', hasAdmin ? 'an admin exists; clickspan user create makes more' : 'no admin yet: who has the token or the one-use link may do everything'],
        ['Demo', demo && 'the data is of a simulated shop'],
      ]} />
      <p className="muted small">What is linked, and why the rest is not, stands under <Link to="/quality">Data quality</Link>.</p>
    </section>
  )
}

/** Without an admin there is no name to log in with. */
function FirstAdmin() {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const setup = useSetup()
  return (
    <section className="card" aria-labelledby="first-admin">
      <h2 id="first-admin">First admin</h2>
      <p className="muted">With a name and a password you can log in from any browser, without the token in the data directory or the one-use link. Further people get names of their own with <code>clickspan user create</code>, as admins or as viewers who change nothing.</p>
      <Form label="First admin" save="Create the admin" pending={setup.isPending} error={formError(setup.error, ['name', 'password'])} onSave={() => setup.mutate({ name: name.trim(), password })}>
        <div className="setting-grid">
          <TextField label="Name" required maxLength={128} autoComplete="username" value={name} onChange={setName} error={fieldError(setup.error, 'name')} />
          <TextField label="Password" type="password" hint="At least 8 characters." required minLength={8} maxLength={1024} autoComplete="new-password" value={password} onChange={setPassword} error={fieldError(setup.error, 'password')} />
        </div>
      </Form>
    </section>
  )
}
