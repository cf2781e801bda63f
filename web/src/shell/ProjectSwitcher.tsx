import { project } from '../api/client'
import { useProjects } from '../api/overview'

/** Goes to the same page of another project; there only when there is another. */
export function ProjectSwitcher() {
  const { data } = useProjects()
  if (!data || data.projects.length < 2) return null
  return (
    <label className="project">
      <span className="hidden-text">Project</span>
      <select value={project || 'default'} onChange={(event) => location.assign(addressOf(location.pathname, event.target.value))}>
        {data.projects.map(({ name }) => <option key={name}>{name}</option>)}
      </select>
    </label>
  )
}

/** The page in another project: a page about one thing of this project becomes the list it came from. */
export function addressOf(path: string, name: string): string {
  const page = path.split('/').slice(0, 2).join('/')
  return name === 'default' ? page : `${page}?project=${encodeURIComponent(name)}`
}
