import { useReachedAll } from '../api/behaviour'
import { combine, type Members as Sets } from '../lib/members'
import { formatCount } from '../lib/format'
import { ErrorNotice } from './Notice'
import { Who } from './Who'

type Props = { title: string; sets: Sets; /** What the table counted. */ expected: number; /** Why the list may differ from that, when it is found another way. */ differs?: string; countBy: string | undefined; onClose: () => void }

/** Those behind a number of a table, found as what several lists have in common. */
export function Members({ title, sets, expected, differs = 'since then the data has moved on', countBy, onClose }: Props) {
  const asked = useReachedAll([...sets.all.flat(), ...sets.none])
  const error = asked.find((one) => one.error)?.error
  if (error) return <ErrorNotice error={error} />
  const answers = asked.flatMap(({ data }) => data ?? [])
  if (answers.length < asked.length) return <p className="under-way">Finding out who they are … {answers.length} of {asked.length}</p>
  const { ids, cut } = combine(sets, answers)
  const note = cut ? 'One of the lists that this is made of was cut at 10,000; narrow the filter or the range to see all.' : ids.length !== expected ? `The table counted ${formatCount(expected)}, the list has ${formatCount(ids.length)}: ${differs}.` : undefined
  return <Who title={title} rows={ids.map((id) => ({ id }))} countBy={countBy} note={note} onClose={onClose} />
}
