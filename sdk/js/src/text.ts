/** Removes what may be personal from a text: e-mail addresses and numbers. The server redacts again. */
export function redact(text: string): string {
  return text.replace(/\S+@\S+/g, '…').replace(/\p{Nd}+(?:[.,:/\- ]\p{Nd}+)*/gu, '#')
}

/** The first `length` characters, whole ones: an emoji is not cut in two. */
export function shorten(text: string, length: number): string {
  const characters = [...text]
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : text
}
