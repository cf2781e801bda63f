import { plural } from '../../lib/format'
import { formatMoment } from '../../lib/time'
import { usePreferences } from '../../lib/view'

type Props = { visits: number; from?: string | undefined; to?: string | undefined }

/** Which visits an answer rests on: the newest that are over, whatever range the page shows below. */
export function Covered({ visits, from, to }: Props) {
  const { zone } = usePreferences()
  if (visits === 0) return null
  const when = from && to ? `, from ${formatMoment(Date.parse(from), zone, 'minute')} to ${formatMoment(Date.parse(to), zone, 'minute')}` : ''
  return <p className="muted small">Judged by the newest {plural(visits, 'visit')} that ended{when}: the time range above changes the charts below only.</p>
}
