import { Link } from '@tanstack/react-router'
import { useMe } from '../../api/me'
import { making } from './segments'

/** Takes the filter of a list of people or visits to where it gets a name; only an admin may give it one. */
export function SaveAsSegment({ filter }: { filter: string | undefined }) {
  const admin = useMe().data?.role === 'admin'
  if (!filter || !admin) return null
  return <Link className="plain-button" to="/segments" search={{ sel: making, filter }}>Save as segment</Link>
}
