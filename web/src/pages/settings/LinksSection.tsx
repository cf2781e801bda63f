import { useState } from 'react'
import { useLinks } from '../../api/explore'
import type { Links } from '../../api/types'
import { Answered } from '../../components/Notice'
import { fieldError, formError } from './fieldErrors'
import { Form, LinesField, TextField } from './Form'
import { asLines, linesOf } from './lines'
import { previewOf, type LinkKind } from './preview'
import { useSaveLinks } from './settingsQueries'

const templates: { kind: LinkKind; label: string; placeholder: string }[] = [
  { kind: 'trace', label: 'A trace opens at', placeholder: 'https://tracing.example/trace/{trace_id}' },
  { kind: 'request', label: "A request's log opens at", placeholder: 'https://logs.example/search?q={request_id}' },
  { kind: 'session', label: 'A session opens at', placeholder: 'https://support.example/?session={session_id}' },
]

/** Where ids open in the tools that people already have. */
export function LinksSection({ admin }: { admin: boolean }) {
  const links = useLinks()
  return (
    <section className="card" aria-labelledby="links-out">
      <h2 id="links-out">Links out</h2>
      <p className="muted">Where an id opens in the tools you already have. An empty field makes no link.</p>
      <Answered query={links} what="links">{(saved) => <LinksForm key={JSON.stringify(saved)} saved={saved} admin={admin} />}</Answered>
    </section>
  )
}

function LinksForm({ saved, admin }: { saved: Links; admin: boolean }) {
  const [draft, setDraft] = useState({ ...saved, replay: asLines(saved.replay) })
  const save = useSaveLinks()
  const changed = { ...draft, replay: linesOf(draft.replay) }
  return (
    <Form label="Links out" save="Save the links" pending={save.isPending} error={formError(save.error, ['trace', 'request', 'session', 'replay'])} onSave={() => save.mutate(changed)}
      readOnly={!admin} unchanged={JSON.stringify(changed) === JSON.stringify(saved)}>
      {templates.map(({ kind, label, placeholder }) => (
        <TextField key={kind} label={label} mono placeholder={placeholder} maxLength={2048} value={draft[kind]} onChange={(text) => setDraft({ ...draft, [kind]: text })}
          error={fieldError(save.error, kind)} hint={<Preview template={draft[kind]} kind={kind} />} />
      ))}
      <LinesField label="Properties that hold the address of a replay" placeholder="replay_url" value={draft.replay} onChange={(replay) => setDraft({ ...draft, replay })} error={fieldError(save.error, 'replay')}
        hint="One a line. An event or call that has one shows “open in …” beside it, when its value is the address of a web page." />
    </Form>
  )
}

function Preview({ template, kind }: { template: string; kind: LinkKind }) {
  const preview = previewOf(template, kind)
  if ('problem' in preview) return preview.problem
  return <>For example <a href={preview.href} target="_blank" rel="noopener noreferrer" className="preview">{preview.href} <span aria-hidden>↗</span></a></>
}
