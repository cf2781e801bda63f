import { useFields } from './queries'

/** The fields of a kind of record, as they stand bare: for completion. */
export function useFieldNames(record: 'call' | 'event' | 'session' | 'interaction'): string[] {
  const fields = useFields()
  const prefix = `${record}.`
  return fields.data?.fields.filter(({ name }) => name.startsWith(prefix)).map(({ name }) => name.slice(prefix.length)) ?? []
}
