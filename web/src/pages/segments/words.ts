// A condition in plain words, for whoever does not read CEL. What is written in another way than a click would write it stays as it is.
import { splitTerms } from '../../lib/filter'
import { formatCount, formatMs } from '../../lib/format'

const counted: Record<string, [one: string, many: string]> = {
  'session.failed': ['failed call', 'failed calls'], 'session.calls': ['call', 'calls'], 'session.signals': ['sign of friction', 'signs of friction'],
  'session.pages': ['page load', 'page loads'], 'session.actions': ['action', 'actions'],
}

const named: Record<string, string> = {
  duration_ms: 'duration', user_id: 'user', account_id: 'account', device_id: 'device id', session_id: 'session', trace_id: 'trace', request_id: 'request', page_route: 'page template',
}

const flags: Record<string, [holds: string, fails: string]> = { failed: ['failed', 'did not fail'], refused: ['was refused', 'was not refused'], linked: ['is linked to an action', 'is linked to no action'] }

const compared: Record<string, string> = { '==': '', '!=': 'not ', '>=': 'at least ', '>': 'more than ', '<=': 'at most ', '<': 'less than ' }

type Part = { record: string; words: string }

/** "visits with at least 1 failed call, whose device is mobile, with a call whose status is at least 500" */
export function conditionWords(filter: string): string {
  const parts = splitTerms(filter).map(partOf)
  const of = (record: string) => parts.filter((part) => part.record === record).map(({ words }) => words)
  const some = (record: string, noun: string) => (of(record).length > 0 ? [`with ${noun} ${of(record).join(' and ')}`] : [])
  return ['visits', [...of('session'), ...some('call', 'a call'), ...some('event', 'an event'), ...of('')].join(', ')].join(' ')
}

function partOf(term: string): Part {
  const present = /^(!?)has\((session|call|event)\.([\w.]+)\)$/.exec(term)
  if (present) return { record: present[2]!, words: `whose ${nameOf(present[3]!)} is ${present[1] ? 'not ' : ''}known` }
  const flag = /^(!?)call\.(failed|refused|linked)(?: == (true|false))?$/.exec(term)
  if (flag) return { record: 'call', words: `that ${flags[flag[2]!]![(flag[1] === '!') === (flag[3] === 'false') ? 0 : 1]}` }
  const match = /^(session|call|event)\.([\w.]+) (==|!=|>=|<=|>|<) ("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?)$/.exec(term)
  if (!match) return { record: '', words: `where ${term}` }
  const [, record, field, op, value] = match as unknown as [string, string, string, string, string]
  const count = counted[`${record}.${field}`]
  if (count) return { record, words: `with ${countWords(op, Number(value), count)}` }
  const shown = field === 'duration_ms' ? formatMs(Number(value)) : value.startsWith('"') ? String(JSON.parse(value)) : value
  return { record, words: `whose ${nameOf(field)} is ${compared[op]}${shown}` }
}

/** Counts are whole: more than 0 are at least 1. */
function countWords(op: string, n: number, [one, many]: [string, string]): string {
  const [least, most] = [op === '>' ? n + 1 : op === '>=' ? n : null, op === '<' ? n - 1 : op === '<=' ? n : null]
  const number = least ?? most ?? n
  const words = least !== null ? 'at least ' : most !== null ? 'at most ' : op === '!=' ? 'other than ' : 'exactly '
  return `${words}${formatCount(number)} ${number === 1 ? one : many}`
}

function nameOf(field: string): string {
  return named[field] ?? field.replace(/^(properties|attributes)\./, '').replaceAll('_', ' ')
}
