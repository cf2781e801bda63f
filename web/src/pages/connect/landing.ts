import { redirect } from '@tanstack/react-router'
import { api, unwrap } from '../../api/client'

let arriving = location.pathname === '/'

/**
 * Whoever arrives at the first screen while nothing is linked yet is taken to Connect, once: who then opens the overview means it.
 * Without an answer (a stranger, a server that is away) the first screen says so itself.
 */
export async function landOnConnect() {
  if (!arriving) return
  const state = await unwrap(api.GET('/api/v1/connect/state')).catch(() => null)
  if (!state) return
  arriving = false
  if (!state.connected) throw redirect({ to: '/connect' })
}
