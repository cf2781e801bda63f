import { useSyncExternalStore } from 'react'
import createClient from 'openapi-fetch'
import { QueryCache, QueryClient } from '@tanstack/react-query'
import type { components, paths } from './schema'

type FieldError = components['schemas']['FieldError']

/** An answer of the API that is not a success: RFC 9457, with a hint that says what to do next. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly hint: string,
    /** The fields that were refused, by their path in what was sent. */
    readonly fields: FieldError[] = [],
  ) {
    super(detail || title)
  }
}

export const api = createClient<paths>({ baseUrl: '' })

/** The project whose data this page shows, '' for the default one. Another project is another load of the page, so that no answer of one is taken for the other's. */
export const project = new URLSearchParams(location.search).get('project') ?? ''

/** What the server answers alike for all projects, and would refuse to be asked for one. */
const ofNoProject = /\/api\/v1\/(fields|me|projects|system|login|logout|setup|sql|erase|keys\/{id}|demo|demo\/break)$/

api.use({
  onRequest: ({ request, schemaPath }) => (project && !ofNoProject.test(schemaPath) ? forProject(request, schemaPath, project) : undefined),
})

/** Questions name the project in their body, everything else in its address. */
export async function forProject(request: Request, schemaPath: string, name: string): Promise<Request> {
  if (schemaPath.startsWith('/api/v1/query/')) {
    const body: unknown = await request.json()
    return new Request(request.url, { method: request.method, headers: request.headers, signal: request.signal, body: JSON.stringify({ ...(body as object), project: name }) })
  }
  const url = new URL(request.url)
  url.searchParams.set('project', name)
  return new Request(url, request)
}

type Answer<Data> = { data?: Data; error?: unknown; response: Response }

/** Turns an answer into its data, or throws it as a Problem. */
export async function unwrap<Data>(request: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await request
  if (data !== undefined && response.ok) return data
  throw problemOf(error, response.status)
}

export function problemOf(body: unknown, status: number): Problem {
  const part = (key: string) => {
    const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[key] : undefined
    return typeof value === 'string' ? value : ''
  }
  return new Problem(status, part('title') || `The server answered ${status}`, part('detail'), part('hint'), fieldsOf(body))
}

function fieldsOf(body: unknown): FieldError[] {
  const errors = typeof body === 'object' && body !== null && 'errors' in body ? body.errors : undefined
  return Array.isArray(errors) ? (errors as FieldError[]) : []
}

let authorised = true
const listeners = new Set<() => void>()

function setAuthorised(value: boolean) {
  authorised = value
  for (const listener of listeners) listener()
}

/** Whether the server still knows this browser; the first 401 turns it false. */
export function useAuthorised(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => authorised,
  )
}

export type Credential = { token: string } | { name: string; password: string }

/** Trades a token, or a name with its password, for the credential cookie. */
export async function login(credential: Credential): Promise<void> {
  const response = await fetch('/api/v1/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(credential) })
  if (!response.ok) throw problemOf(await response.json().catch(() => null), response.status)
  queryClient.clear()
  setAuthorised(true)
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof Problem && error.status === 401) setAuthorised(false)
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      // A problem with the question stays a problem; only a server that was away is asked again.
      retry: (failures, error) => failures < 2 && (!(error instanceof Problem) || error.status >= 502),
    },
  },
})
