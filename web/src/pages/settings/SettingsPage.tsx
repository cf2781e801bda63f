import { useMe } from '../../api/me'
import { Answered } from '../../components/Notice'
import { useSetSearch, useViewSearch } from '../../lib/view'
import { BodiesSection } from './BodiesSection'
import { FindSection } from './FindSection'
import { GoalsSection } from './GoalsSection'
import { KeysSection } from './KeysSection'
import { LinksSection } from './LinksSection'
import { ServerSection } from './ServerSection'
import { SessionsSection } from './SessionsSection'
import '../overview/overview.css'
import './settings.css'

type SectionProps = { admin: boolean }

const sections = [
  { id: 'keys', label: 'Ingest keys', show: KeysSection },
  { id: 'goals', label: 'Goals', show: GoalsSection },
  { id: 'links', label: 'Links and find', show: LinksAndFind },
  { id: 'sessions', label: 'Sessions', show: SessionsSection },
  { id: 'bodies', label: 'Bodies', show: BodiesSection },
  { id: 'server', label: 'This server', show: ServerSection },
]

/** What is set for the project, and what the server is. */
export default function SettingsPage() {
  const { view } = useViewSearch()
  const setSearch = useSetSearch()
  const me = useMe()
  const { id: open, label, show: Open } = sections.find(({ id }) => id === view) ?? sections[0]!
  return (
    <div className="stack settings">
      <div className="row">
        <h1>Settings <span className="hidden-text">: {label}</span></h1>
        <nav className="views" aria-label="Sections">
          {sections.map(({ id, label: name }) => (
            <button key={id} type="button" className="plain-button" aria-pressed={id === open} onClick={() => setSearch({ view: id === 'keys' ? undefined : id, sel: undefined })}>{name}</button>
          ))}
        </nav>
      </div>
      <Answered query={me} what="who asks">
        {({ role }) => (
          <>
            {role !== 'admin' && <p className="viewer">You see these settings and cannot change them, because you are here as a viewer. Ask an admin, or log in as one.</p>}
            <Open admin={role === 'admin'} />
          </>
        )}
      </Answered>
    </div>
  )
}

function LinksAndFind({ admin }: SectionProps) {
  return <><LinksSection admin={admin} /><FindSection admin={admin} /></>
}
