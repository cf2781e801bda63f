import { randomId } from './id.js'
import { read, write } from './storage.js'

const storageKey = 'clickspan'
const idle = 30 * 60_000
const longest = 24 * 60 * 60_000
// Writing to storage costs more than everything else per event, so the last sign of life is written at most this often.
const writeEvery = 5_000

/** Whose records these are, as storage keeps it. */
interface Visitor {
  device: string
  session: string
  started: number
  seen: number
  user?: string
  account?: string
}

let visitor = fresh()
let kept = false
let saved = 0

/** Begins to remember across pages and tabs, and goes on with the visit that another page began. Nothing touches storage before. */
export function keepVisitor(): void {
  kept = true
  load()
  save()
}

/** Forgets the visitor, in storage too. */
export function forgetVisitor(): void {
  kept = false
  visitor = fresh()
  write(storageKey, null)
}

/** Makes what follows another visitor's. */
export function changeVisitor(): void {
  visitor = fresh()
  save()
}

/** Signs in. */
export function identify(user: string, account?: string): void {
  visitor = { ...visitor, user, account }
  save()
}

/** Notes a sign of life: it keeps the session going or begins the next one. */
export function touch(): void {
  const now = Date.now()
  if (!isAlive(visitor, now)) {
    load()
    if (!isAlive(visitor, now)) visitor = { ...visitor, session: randomId(16), started: now }
    saved = 0
  }
  visitor.seen = now
  if (now - saved > writeEvery) save()
}

/** The current session's id. */
export const sessionId = (): string => visitor.session

/** The ids of records. A device is only named where it is remembered. */
export const ids = () => ({ session_id: visitor.session, device_id: kept ? visitor.device : undefined, user_id: visitor.user, account_id: visitor.account })

function fresh(): Visitor {
  const now = Date.now()
  return { device: randomId(16), session: randomId(16), started: now, seen: now }
}

const isAlive = ({ seen, started }: Visitor, now: number): boolean => now - seen <= idle && now - started <= longest

/** Takes over what another page stored; its session only while it lives, its user only when this page knows none. */
function load(): void {
  if (!kept) return
  try {
    const found = JSON.parse(read(storageKey)!) as Visitor
    const { session, started, seen } = isAlive(found, Date.now()) ? found : visitor
    visitor = { ...found, ...visitor, device: found.device || visitor.device, session: session || visitor.session, started, seen }
  } catch {
    // Nothing is stored, or somebody else wrote there.
  }
}

function save(): void {
  if (!kept) return
  saved = Date.now()
  write(storageKey, JSON.stringify(visitor))
}
