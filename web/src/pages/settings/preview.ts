import { expandTemplate, webAddress } from '../../lib/outlinks'

export type LinkKind = 'trace' | 'request' | 'session'

const samples: Record<LinkKind, string> = { trace: '4bf92f3577b34da6a3ce929d0e0e4736', request: 'req-7f3a', session: 'visit-42' }

/** Where a template leads for a sample id, made by what makes the real links; else what it lacks. */
export function previewOf(template: string, kind: LinkKind): { href: string } | { problem: string } {
  const placeholder = `{${kind}_id}`
  const text = template.trim()
  if (text === '') return { problem: `Write ${placeholder} where the id belongs.` }
  if (!text.includes(placeholder)) return { problem: `${placeholder} is missing: it stands for the id.` }
  const address = webAddress(expandTemplate(text, kind, samples[kind]))
  return address ? { href: address.href } : { problem: 'This is not the address of a web page.' }
}
