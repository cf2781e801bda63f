import { useState } from 'react'
import { Link } from '@tanstack/react-router'
import { useEndpoints } from '../../api/queries'
import { Answered, ErrorNotice } from '../../components/Notice'
import { useRange } from '../../lib/view'
import { catalogueNames } from '../../api/catalogue'
import { fieldError, formError } from './fieldErrors'
import { Form, TextField } from './Form'
import { useBodies, useSaveBodies } from './settingsQueries'

/** The endpoints whose calls may bring what they carried. */
export function BodiesSection({ admin }: { admin: boolean }) {
  const bodies = useBodies()
  return (
    <>
      <p className="muted">Request and response bodies are refused, except those of the endpoints listed here. Secrets and personal values are removed from them before anything is written, and what is left is deleted after three days. Servers send them in <code>request_body</code> and <code>response_body</code>; a call shows them in its panel under <Link to="/calls">Calls</Link>.</p>
      <Answered query={bodies} what="endpoints">{({ endpoints }) => <Kept endpoints={endpoints} admin={admin} />}</Answered>
    </>
  )
}

function Kept({ endpoints, admin }: { endpoints: string[]; admin: boolean }) {
  const remove = useSaveBodies()
  return (
    <>
      {endpoints.length === 0 ? <p>No endpoint keeps bodies.</p> : (
        <ul className="kept" aria-label="Endpoints whose bodies are kept">
          {endpoints.map((endpoint) => (
            <li key={endpoint}>
              <span className="mono">{endpoint}</span>
              {admin && <button type="button" className="plain-button" aria-label={`Remove ${endpoint}`} disabled={remove.isPending} onClick={() => remove.mutate(endpoints.filter((other) => other !== endpoint))}>Remove</button>}
            </li>
          ))}
        </ul>
      )}
      {remove.error && <ErrorNotice error={remove.error} />}
      {admin && <KeepAnother kept={endpoints} />}
    </>
  )
}

function KeepAnother({ kept }: { kept: string[] }) {
  const [endpoint, setEndpoint] = useState('')
  const { query } = useRange()
  const endpoints = useEndpoints(query)
  const add = useSaveBodies()
  const save = () => add.mutate([...new Set([...kept, endpoint.trim()])], { onSuccess: () => setEndpoint('') })
  return (
    <section className="card" aria-labelledby="keep-bodies">
      <h2 id="keep-bodies">Keep bodies of another endpoint</h2>
      <Form label="Keep bodies of another endpoint" save="Keep its bodies" pending={add.isPending} error={formError(add.error, ['endpoints'])} onSave={save}>
        <TextField label="Endpoint" required mono placeholder="POST /orders" hint="METHOD /route of any service, or service: METHOD /route; type to choose from the catalogue." value={endpoint} onChange={setEndpoint}
          suggestions={catalogueNames(endpoints.data?.rows ?? []).filter((name) => !kept.includes(name))} error={fieldError(add.error, 'endpoints')} />
      </Form>
    </section>
  )
}
