import { useState } from 'react'
import { CopyButton } from '../../components/CopyButton'
import { Answered } from '../../components/Notice'
import { Scroll } from '../../components/Scroll'
import { Moment } from '../../components/values'
import { Confirm } from './Confirm'
import { fieldError, formError } from './fieldErrors'
import { Form, LinesField, SelectField, TextField } from './Form'
import { emptyKey, keyBody, whatStops } from './keys'
import { linesOf } from './lines'
import { useCreateKey, useKeys, useRevokeKey, type Key } from './settingsQueries'

/** Who may send records to this project. */
export function KeysSection({ admin }: { admin: boolean }) {
  const keys = useKeys()
  return (
    <>
      <p className="muted">Whoever sends records to this project shows a key. A browser key is public, as it stands in a page: it takes events and the browser's own calls, from the origins it names. A server key takes everything, and is a secret.</p>
      <Answered query={keys} what="keys">{({ keys: all }) => <KeyTable keys={all} admin={admin} />}</Answered>
      {admin && <NewKey />}
    </>
  )
}

function KeyTable({ keys, admin }: { keys: Key[]; admin: boolean }) {
  const [leaving, setLeaving] = useState<Key | null>(null)
  if (keys.length === 0) return <p>There is no key yet, so nothing can be sent.</p>
  // The valid ones first; both in the order they were made.
  const ordered = keys.toSorted((a, b) => Number(a.revoked_at !== null) - Number(b.revoked_at !== null) || a.id - b.id)
  return (
    <Scroll label="Ingest keys">
      <table className="mini-table ruled">
        <thead><tr><th scope="col">Key</th><th scope="col">Kind</th><th scope="col">Origins</th><th scope="col">Note</th><th scope="col">Created</th><th scope="col">State</th>{admin && <th scope="col"><span className="hidden-text">Change</span></th>}</tr></thead>
        <tbody>
          {ordered.map((key) => (
            <tr key={key.id} className={key.revoked_at ? 'muted' : undefined}>
              <th scope="row" className="mono nowrap">{key.prefix}…</th>
              <td>{key.kind}</td>
              <td>{key.origins.length > 0 ? key.origins.join(', ') : key.kind === 'browser' ? 'any' : '–'}</td>
              <td><bdi>{key.note}</bdi></td>
              <td className="nowrap"><Moment at={key.created_at} precision="minute" /></td>
              <td className="nowrap">{key.revoked_at ? <>revoked <Moment at={key.revoked_at} precision="minute" /></> : <span className="good">valid</span>}</td>
              {admin && <td className="act">{!key.revoked_at && <button type="button" className="plain-button" aria-label={`Revoke ${key.prefix}`} onClick={() => setLeaving(key)}>Revoke …</button>}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {leaving && <RevokeKey of={leaving} onClose={() => setLeaving(null)} />}
    </Scroll>
  )
}

function RevokeKey({ of, onClose }: { of: Key; onClose: () => void }) {
  const revoke = useRevokeKey()
  return (
    <Confirm title={`Revoke ${of.prefix}…?`} act="Revoke it" pending={revoke.isPending} error={revoke.error} onClose={onClose} onAct={() => revoke.mutate(of.id, { onSuccess: onClose })}>
      <p>{whatStops(of)}</p>
      <p className="muted">It holds at once here and within half a minute on other nodes. It cannot be taken back; a new key can be made. What was stored stays.</p>
    </Confirm>
  )
}

const kinds = [{ value: 'browser', label: 'browser: stands in a page' }, { value: 'server', label: 'server: a secret' }]
const fields = ['kind', 'origins', 'note']

function NewKey() {
  const [draft, setDraft] = useState(emptyKey)
  const [tried, setTried] = useState(false)
  const create = useCreateKey()
  const nowhere = draft.kind === 'browser' && linesOf(draft.origins).length === 0
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part })
  const save = () => {
    setTried(true)
    if (!nowhere) create.mutate(keyBody(draft))
  }
  const again = () => {
    create.reset()
    setDraft(emptyKey)
    setTried(false)
  }
  if (create.data?.secret) return <MadeKey made={create.data} secret={create.data.secret} onDone={again} />
  return (
    <section className="card" aria-labelledby="new-key">
      <h2 id="new-key">New key</h2>
      <Form label="New key" save="Create the key" pending={create.isPending} error={formError(create.error, fields)} onSave={save}>
        <div className="setting-grid">
          <SelectField label="Kind" options={kinds} value={draft.kind} onChange={(kind) => change({ kind: kind === 'server' ? 'server' : 'browser' })} error={fieldError(create.error, 'kind')} />
          <TextField label="Note" hint="To know it by: who sends with it." value={draft.note} maxLength={200} onChange={(note) => change({ note })} error={fieldError(create.error, 'note')} />
        </div>
        {draft.kind === 'browser' && <LinesField label="Origins" hint="Where the pages are, as the browser sends it; one a line. The key is refused from anywhere else." placeholder="https://shop.example" value={draft.origins} onChange={(origins) => change({ origins })} error={tried && nowhere ? 'Name at least one origin.' : fieldError(create.error, 'origins')} />}
      </Form>
    </section>
  )
}

function MadeKey({ made, secret, onDone }: { made: Key; secret: string; onDone: () => void }) {
  return (
    <section className="card made-key" aria-labelledby="made-key">
      <h2 id="made-key" tabIndex={-1} ref={(heading) => heading?.focus()}>The new {made.kind} key</h2>
      <p className="row"><code className="secret">{secret}</code> <CopyButton label="Copy" text={() => secret} /></p>
      <p>It is shown this once: Clickspan keeps only its fingerprint. {made.kind === 'browser' ? 'Put it into the script tag of your pages.' : <>Send it as <code>Authorization: Bearer KEY</code>.</>}</p>
      <div><button type="button" className="plain-button" onClick={onDone}>I have it</button></div>
    </section>
  )
}
