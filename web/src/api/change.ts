import { useMutation, useQueryClient } from '@tanstack/react-query'

/** A change, after which everything that was asked about it is asked again. */
export function useChange<Input, Output>(outdated: string[], change: (input: Input) => Promise<Output>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () => Promise.all(outdated.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  })
}
