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
