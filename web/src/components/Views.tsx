import { useState } from 'react'
import { Link, useLocation } from '@tanstack/react-router'
import { Button } from '@mantine/core'
import { useDeleteView, useSaveView, useViews } from '../api/explore'
import type { View } from '../api/types'
import { parseSearch, stringifySearch } from '../lib/search'
import { useViewSearch } from '../lib/view'
import { Dropdown } from './Dropdown'
import { ErrorNotice } from './Notice'

/** The project's saved views of a page: addresses with a name, the same for everybody. */
export function Views() {
  return <Dropdown label="Views">{(close) => <ViewList onDone={close} />}</Dropdown>
}

function ViewList({ onDone }: { onDone: () => void }) {
  const { pathname } = useLocation()
  const views = useViews()
  const remove = useDeleteView()
  const here = views.data?.views.filter((view) => view.path === pathname) ?? []
  return (
    <div className="stack">
      {here.length === 0 && <p className="muted small">{views.isPending ? 'Loading …' : 'None is saved yet. A view keeps filter, columns, order and time range, for everybody in the project.'}</p>}
      {here.length > 0 && (
        <ul className="saved-views" aria-label="Saved views">
          {here.map((view) => (
            <li key={view.name}>
              <ViewLink view={view} onOpen={onDone} />
              <button type="button" className="facet-exclude" aria-label={`Delete ${view.name}`} title="Delete it for everybody" onClick={() => remove.mutate(view.name)}>×</button>
            </li>
          ))}
        </ul>
      )}
      <SaveView path={pathname} taken={here.map((view) => view.name)} />
      {(views.error ?? remove.error) && <ErrorNotice error={views.error ?? remove.error} />}
    </div>
  )
}

function ViewLink({ view, onOpen }: { view: View; onOpen: () => void }) {
  return <Link to={view.path} search={parseSearch(view.query)} className="cut" dir="auto" title={view.name} onClick={onOpen}>{view.name}</Link>
}

function SaveView({ path, taken }: { path: string; taken: string[] }) {
  const [name, setName] = useState('')
  const { sel: _, ...search } = useViewSearch()
  const save = useSaveView()
  const submit = () => save.mutate({ name: name.trim(), path, query: stringifySearch(search).slice(1) }, { onSuccess: () => setName('') })
  return (
    <form className="row" action={submit}>
      <input className="filter-input grow" aria-label="Name of this view" placeholder="Name this view" maxLength={80} required pattern=".*\S.*" value={name} onChange={(event) => setName(event.target.value)} />
      <Button type="submit" size="compact-sm" loading={save.isPending}>{taken.includes(name.trim()) ? 'Replace' : 'Save'}</Button>
      {save.error && <ErrorNotice error={save.error} />}
    </form>
  )
}
