import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from './client'

/** Who asks, and what they may do. */
export function useMe() {
  return useQuery({ queryKey: ['me'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/me', { signal })) })
}
