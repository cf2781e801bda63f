import type { SegmentBody } from '../../api/segments'

/** In the URL: the segment that is being changed, or this for one being made. */
export const making = '+'

/** A segment while it is written: nothing is absent. */
export type Draft = Required<SegmentBody>

export function draftOf(body: Partial<SegmentBody>): Draft {
  return { name: '', filter: '', of: 'people', note: '', ...body }
}

/** A note that is empty is left out. */
export function bodyOf({ name, filter, of, note }: Draft): SegmentBody {
  return { name: name.trim(), filter: filter.trim(), of, ...(note.trim() ? { note: note.trim() } : {}) }
}

export type Proposal = { name: string; filter: string; of: 'people' | 'sessions'; note: string }

/** What a project without segments can begin with; whether the data has any such visit is counted beside each. */
export const proposals: Proposal[] = [
  { name: 'Met a failure', filter: 'session.failed > 0', of: 'people', note: 'Everybody for whom at least one call failed, with all their visits: do they come back?' },
  { name: 'Left after one page, with a slow call', filter: 'session.pages == 1 && call.duration_ms > 2000.0', of: 'sessions', note: 'Visits of one page in which a call took more than two seconds.' },
  { name: 'Came on a phone', filter: 'session.device == "mobile"', of: 'people', note: 'Everybody who visited on a phone at least once.' },
]
