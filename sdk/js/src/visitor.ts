import { randomId } from './id'

const storageKey = 'clickspan'
const idle = 30 * 60_000
const longest = 24 * 60 * 60_000
// Writing to storage costs more than everything else per event, so the last sign of life is written at most this often.
const writeEvery = 5_000

interface Memory {
  device: string
  session: string
  started: number
  seen: number
  user?: string
  account?: string
}

/** Whose records these are. Nothing is read from or written to storage before consent. */
export class Visitor {
  private memory: Memory = fresh()
  private stored = 0
  private kept = false

  /** Begins to remember across pages and tabs, and joins the visit that another page began. Answers whether the session is another now. */
  keep(): boolean {
    const before = this.memory.session
    this.kept = true
    this.load()
    this.save()
    return this.memory.session !== before
  }

  /** Forgets everything, in storage too. */
  forget(): void {
    this.kept = false
    this.memory = fresh()
    write(storageKey, null)
  }

  /** Becomes another visitor, after a logout for instance. */
  reset(): void {
    this.memory = fresh()
    this.save()
  }

  /** Signs in. */
  identify(user: string, account?: string): void {
    this.memory.user = user
    this.memory.account = account
    this.save()
  }

  /** Notes a sign of life: it keeps the session going or begins the next one. */
  touch(): void {
    const now = Date.now()
    if (!this.alive(now)) {
      if (this.kept) this.load()
      if (!this.alive(now)) this.memory = { ...this.memory, session: randomId(16), started: now }
      this.stored = 0
    }
    this.memory.seen = now
    if (now - this.stored > writeEvery) this.save()
  }

  /** The ids as records carry them. A device is only named where it is remembered. */
  ids(): { session_id: string; device_id?: string; user_id?: string; account_id?: string } {
    const { device, session, user, account } = this.memory
    return { session_id: session, device_id: this.kept ? device : undefined, user_id: user, account_id: account }
  }

  /** The current session's id. */
  get session(): string {
    return this.memory.session
  }

  private alive(now: number): boolean {
    return now - this.memory.seen <= idle && now - this.memory.started <= longest
  }

  private load(): void {
    try {
      const found = JSON.parse(read(storageKey) ?? '') as Memory
      if (!found.device || !found.session) return
      const mine = this.memory
      this.memory = found
      if (!this.alive(Date.now())) this.memory = { ...found, session: mine.session, started: mine.started, seen: mine.seen }
      if (mine.user) this.memory = { ...this.memory, user: mine.user, account: mine.account }
    } catch {
      // Nothing is stored, or somebody else wrote there.
    }
  }

  private save(): void {
    if (!this.kept) return
    this.stored = Date.now()
    write(storageKey, JSON.stringify(this.memory))
  }
}

function fresh(): Memory {
  const now = Date.now()
  return { device: randomId(16), session: randomId(16), started: now, seen: now }
}

/** Reads storage, which private windows and strict settings forbid. */
export function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Writes storage, `null` removes; where it is forbidden or full nothing happens. */
export function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // The visit goes on without being remembered.
  }
}
