import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, Problem, unwrap } from '../../api/client'
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

/** What to copy. The browser key is made at the first question; a viewer may not make one and sees KEY. */
export function useRecipe({ server, site, intake, log }: Setup) {
  const query = { server, ...(site ? { site } : {}), ...(intake ? { intake } : {}), ...(log ? { log } : {}) }
  return useQuery({
    queryKey: ['connect-recipe', query],
    queryFn: async ({ signal }) => {
      const ask = () => unwrap(api.GET('/api/v1/connect/recipe', { params: { query }, signal }))
      const recipe = await ask()
      if (recipe.key) return recipe
      const made = await makeKey(server === 'none' ? originOf(site) : undefined)
      return made ? ask() : recipe
    },
    placeholderData: keepPreviousData,
  })
}

/** Names the site: only by somebody's own doing, because the server looks at it from then on, and a link could hold any address. */
export function useNameSite() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (site: string) => unwrap(api.POST('/api/v1/connect', { body: { site } })),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ['connect'] }), client.invalidateQueries({ queryKey: ['connect-recipe'] })]),
  })
}

async function makeKey(origin: string | undefined): Promise<boolean> {
  try {
    await unwrap(api.POST('/api/v1/connect', { body: origin ? { origin } : {} }))
    return true
  } catch (error) {
    if (error instanceof Problem && (error.status === 403 || error.status === 400)) return false // a viewer, or a site that nobody named yet
    throw error
  }
}

function originOf(site: string | undefined): string | undefined {
  return site && URL.canParse(site) ? new URL(site).origin : undefined
}
