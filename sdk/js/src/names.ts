import { redact, shorten } from './text.js'

const nameLength = 40
const depth = 5

/** Elements that somebody may mean when they click on something inside. */
const meant = '[data-clickspan],a,button,summary,label,select,input,textarea,[role],[onclick]'

/** A native target: which element, in words that hold no content of the page but the labels of buttons and links. */
export interface Target {
  selector: string
  role?: string
  name?: string
}

/** The element that a person meant by acting on `element`. */
export const meantElement = (element: Element): Element => element.closest(meant) ?? element

/** Whether the application asked for nothing to be noted here. */
export const isIgnored = (element: Element): boolean => element.closest('[data-clickspan-ignore]') !== null

/** Names an element. */
export function describe(element: Element): Target {
  const role = roleOf(element)
  return { selector: selectorOf(element), role, name: nameOf(element, role) }
}

function nameOf(element: Element, role: string | undefined): string | undefined {
  const given = element.closest('[data-clickspan]')?.getAttribute('data-clickspan')
  const name = given || (/^(button|link)$/.test(role ?? '') && accessibleName(element))
  return (name && shorten(redact(name.replace(/\s+/g, ' ').trim()), nameLength)) || undefined
}

/** The parts of the accessible name computation that buttons and links need. A value is never read, not even a submit button's. */
function accessibleName(element: Element): string | null | undefined {
  const label = element.getAttribute('aria-labelledby')
  return (
    (label && document.getElementById(label)?.textContent) ||
    element.getAttribute('aria-label') ||
    element.textContent?.trim() ||
    element.querySelector('img[alt]')?.getAttribute('alt') ||
    element.querySelector('[aria-label]')?.getAttribute('aria-label') ||
    element.getAttribute('title')
  )
}

const roles: Record<string, string> = { a: 'link', button: 'button', summary: 'button', select: 'combobox', textarea: 'textbox', form: 'form' }
const inputRoles: Record<string, string> = { checkbox: 'checkbox', radio: 'radio', range: 'slider', number: 'spinbutton' }

function roleOf(element: Element): string | undefined {
  if (!(element instanceof HTMLInputElement)) return element.getAttribute('role') ?? roles[element.localName]
  return inputRoles[element.type] ?? (/button|submit|reset|image/.test(element.type) ? 'button' : 'textbox')
}

/** A short path that tells an element from its neighbours; ids that a program numbered are left out. */
function selectorOf(element: Element): string {
  const parts: string[] = []
  for (let at: Element | null = element; at && at !== document.body && parts.length < depth; at = at.parentElement) {
    if (at.id && !/\d{3}/.test(at.id)) {
      parts.unshift(`#${CSS.escape(at.id)}`)
      break
    }
    parts.unshift(at.localName + distinction(at))
  }
  return parts.join('>')
}

function distinction(element: Element): string {
  const name = element.getAttribute('name')
  if (name && element.matches('input,select,textarea,button,form')) return `[name=${CSS.escape(name)}]`
  let place = 1
  for (let before = element.previousElementSibling; before; before = before.previousElementSibling) if (before.localName === element.localName) place++
  return place > 1 ? `:nth-of-type(${place})` : ''
}
