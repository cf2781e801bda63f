// What the API says is wrong with a part of a question, in the words of the page that asked it.
import type { Problem } from '../api/client'

const names: Record<string, string> = {
  where: 'only where', step: 'what happens', window: 'all within', count_by: 'count', breakdown: 'split by', property: 'split by', tie_tolerance: 'how much clocks differ',
  session_gap: 'a pause ends a way', groupings: 'draw as one', start: 'begin at', end: 'end at', of: 'what is counted', from_step: 'after', to_step: 'before', min_n: 'least people',
  filter: 'the filter', segment: 'the segment', from: 'the beginning of the range', to: 'the end of the range', timezone: 'the time zone', site: 'your site', intake: 'Clickspan’s address', log: 'the log file',
  slow_over: 'slow over', call: 'the API call', endpoint: 'the endpoint', goal: 'the goal', value: 'the value', exposure: 'what they met',
}

const lists: Record<string, string> = { steps: 'step', exclude: 'exclusion', measures: 'measure', groupings: 'pattern', exposures: 'exposure' }

/** "Step 2, only where" for steps[1].where: a field as the page names it. */
export function fieldWords(path: string): string {
  const words = path.replace(/^(query|body)\./, '').split('.').filter(Boolean).map((part) => {
    const [, name = part, index] = /^(.*)\[(\d+)\]$/.exec(part) ?? []
    return index === undefined ? names[name] ?? name.replaceAll('_', ' ') : `${lists[name] ?? name} ${Number(index) + 1}`
  }).join(', ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The hint without what only a program could do. */
export function hintWords(hint: string): string {
  if (hint.includes('/api/v1/segments')) return 'Choose another segment above, or show everybody again.'
  return hint.split(/(?<=[.;]) /).filter((part) => !/\/api\/|\?\w+=/.test(part)).join(' ').replace(/;$/, '.')
}

/** What to change, one line a field; empty when the problem names none. */
export function fieldsInWords({ status, fields }: Problem): { field: string; message: string }[] {
  return status === 400 ? fields.map(({ path, message }) => ({ field: fieldWords(path), message: messageWords(message) })) : []
}

/** A condition has one line, so that its number says nothing; where in it does. */
export function messageWords(message: string): string {
  const [, column, rest = message] = /^line 1, column (\d+): (.*)$/s.exec(message) ?? []
  const text = rest.replace(/ expecting \{.*\}$/s, '').replace("mismatched input '<EOF>'", 'it ends too early')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}${column ? ` (at character ${column})` : ''}`
}
