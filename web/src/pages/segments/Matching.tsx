import { Link } from '@tanstack/react-router'
import { useMatching, type Segment } from '../../api/segments'
import { Awaited, Opens } from '../../components/values'
import { plural } from '../../lib/format'
import { useCurrent } from '../../lib/old'
import { useRange } from '../../lib/view'

/** How many people of the time range are in a segment, which lists them. */
export function Size({ segment }: { segment: Segment }) {
  const { query } = useRange()
  const asked = useMatching(query, { segment: segment.id })
  const people = useCurrent(asked)?.rows[0]?.values[0]
  if (people == null) return <Awaited failed={asked.isError} />
  return <Opens n={people}>{(n) => <Link to="/people" search={{ segment: segment.id }}>{n}</Link>}</Opens>
}

/** "312 people in 340 visits of this time range" */
export function FoundWords({ filter }: { filter: string }) {
  const { query } = useRange()
  const asked = useMatching(query, { filter })
  const [people, visits] = useCurrent(asked)?.rows[0]?.values ?? []
  if (people == null || visits == null) return <Awaited failed={asked.isError} />
  return <>{plural(people, 'person', 'people')} in {plural(visits, 'visit')}</>
}
