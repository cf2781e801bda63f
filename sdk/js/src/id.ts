/** A random id of that many bytes in lower-case hex. `crypto.randomUUID` does not exist on plain http pages. */
export function randomId(bytes: 8 | 16): string {
  let id = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(bytes))) id += (byte + 256).toString(16).slice(1)
  return id
}
