import { useState } from 'react'
import { Answered } from '../../components/Notice'
import { fieldError, formError } from './fieldErrors'
import { Form, TextField } from './Form'
import { useSaveSessionRule, useSessionRule, type SessionRule } from './settingsQueries'

/** When a session ends whose client sends no session id. */
export function SessionsSection({ admin }: { admin: boolean }) {
  const rule = useSessionRule()
  return (
    <section className="card" aria-labelledby="sessions-end">
      <h2 id="sessions-end">Sessions</h2>
      <p className="muted">A session id that your site or app sends is kept as it is. These two numbers end the sessions of everybody else, for what arrives from now on.</p>
      <Answered query={rule} what="sessions">{(saved) => <SessionsForm key={JSON.stringify(saved)} saved={saved} admin={admin} />}</Answered>
    </section>
  )
}

function SessionsForm({ saved, admin }: { saved: SessionRule; admin: boolean }) {
  const [gap, setGap] = useState(String(saved.gap_minutes))
  const [longest, setLongest] = useState(String(saved.longest_hours))
  const save = useSaveSessionRule()
  const rule = { gap_minutes: Number(gap), longest_hours: Number(longest) }
  return (
    <Form label="Sessions" save="Save the rule" pending={save.isPending} error={formError(save.error, ['gap_minutes', 'longest_hours'])} onSave={() => save.mutate(rule)} readOnly={!admin}
      unchanged={rule.gap_minutes === saved.gap_minutes && rule.longest_hours === saved.longest_hours}>
      <TextField label="Minutes of silence that end a session" type="number" value={gap} onChange={setGap} hint="1 to 30. Most tools use 30." error={fieldError(save.error, 'gap_minutes')} />
      <TextField label="Hours after which a session ends, however busy" type="number" value={longest} onChange={setLongest} hint="1 to 24." error={fieldError(save.error, 'longest_hours')} />
    </Form>
  )
}
