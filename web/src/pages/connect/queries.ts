import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from '../../api/client'
import type { components } from '../../api/schema'

export type Light = components['schemas']['Light']
export type Cause = components['schemas']['Cause']
export type Snippet = components['schemas']['Snippet']
export type Server = 'nginx' | 'caddy' | 'apache' | 'none'

export type Setup = { server: Server; site?: string | undefined; intake?: string | undefined; log?: string | undefined }

const whileWaiting = 2_000
const onceConnected = 15_000

/** The four lights, as they turn on. */
export function useLights(site: string | undefined) {
  return useQuery({
    queryKey: ['connect', site],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/connect', { params: { query: site ? { site } : {} }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.connected ? onceConnected : whileWaiting),
  })
}

/** What to copy, with KEY in the place of the browser key until somebody has one made. */
export function useRecipe({ server, site, intake, log }: Setup) {
  const query = { server, ...(site ? { site } : {}), ...(intake ? { intake } : {}), ...(log ? { log } : {}) }
  return useQuery({
    queryKey: ['connect-recipe', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/connect/recipe', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  })
}

/**
 * Makes the browser key, and names the site that it is bound to: only by somebody's own doing, because the server looks at the site from
 * then on, and a link could hold any address. Without a site the key is taken from any page.
 */
export function useMakeKey() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (site: string | undefined) => unwrap(api.POST('/api/v1/connect', { body: site ? { site } : {} })),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ['connect'] }), client.invalidateQueries({ queryKey: ['connect-recipe'] })]),
  })
}
