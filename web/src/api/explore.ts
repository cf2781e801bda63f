// What the explorer keeps on the server: views by name, and where ids open in other tools.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, unwrap } from './client'

const viewsKey = ['views']

export function useViews() {
  return useQuery({ queryKey: viewsKey, queryFn: ({ signal }) => unwrap(api.GET('/api/v1/views', { signal })) })
}

export function useSaveView() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { name: string; path: string; query: string }) => unwrap(api.POST('/api/v1/views', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: viewsKey }),
  })
}

export function useDeleteView() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => unwrap(api.DELETE('/api/v1/views/{name}', { params: { path: { name } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: viewsKey }),
  })
}

export function useLinks() {
  return useQuery({ queryKey: ['links'], queryFn: ({ signal }) => unwrap(api.GET('/api/v1/settings/links', { signal })), staleTime: 300_000 })
}
