import { useState } from 'react'
import { Answered } from '../../components/Notice'
import { fieldError, formError } from './fieldErrors'
import { Form, LinesField } from './Form'
import { asLines, linesOf } from './lines'
import { useFindFields, useSaveFindFields } from './settingsQueries'

/** What find looks at beside ids. */
export function FindSection({ admin }: { admin: boolean }) {
  const fields = useFindFields()
  return (
    <section className="card" aria-labelledby="find-by">
      <h2 id="find-by">Find</h2>
      <p className="muted">Find looks for ids and e-mail addresses, and for the values of these properties of events and attributes of calls.</p>
      <Answered query={fields} what="fields">{({ fields: saved }) => <FindForm key={saved.join()} saved={saved} admin={admin} />}</Answered>
    </section>
  )
}

function FindForm({ saved, admin }: { saved: string[]; admin: boolean }) {
  const [text, setText] = useState(asLines(saved))
  const save = useSaveFindFields()
  const names = linesOf(text)
  return (
    <Form label="Find" save="Save the properties" pending={save.isPending} error={formError(save.error, ['fields'])} onSave={() => save.mutate(names)} readOnly={!admin} unchanged={names.join() === saved.join()}>
      <LinesField label="Properties that can be found by" placeholder="order_id" hint="One a line; those that hold ids, such as order_id. It finds what is stored already, too." value={text} onChange={setText} error={fieldError(save.error, 'fields')} />
    </Form>
  )
}
