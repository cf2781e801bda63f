import { redact, shorten } from './text'

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
  const name = given || (role === 'button' || role === 'link' ? accessibleName(element) : '')
  return name ? shorten(redact(name.replace(/\s+/g, ' ').trim()), nameLength) || undefined : undefined
}

/** The parts of the accessible name computation that buttons and links need. A value is never read, not even a submit button's. */
function accessibleName(element: Element): string | null {
  const labelled = element
    .getAttribute('aria-labelledby')
    ?.split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '')
    .join(' ')
  return (
    labelled?.trim() ||
    element.getAttribute('aria-label') ||
    element.textContent?.trim() ||
    element.querySelector('img[alt],[aria-label]')?.getAttribute('aria-label') ||
    element.querySelector('img[alt]')?.getAttribute('alt') ||
    element.getAttribute('title')
  )
}

function roleOf(element: Element): string | undefined {
  const role = element.getAttribute('role')
  if (role) return role
  switch (element.localName) {
    case 'a':
      return element.hasAttribute('href') ? 'link' : undefined
    case 'button':
    case 'summary':
      return 'button'
    case 'select':
      return 'combobox'
    case 'textarea':
      return 'textbox'
    case 'form':
      return 'form'
    case 'input':
      return inputRole((element as HTMLInputElement).type)
  }
}

function inputRole(type: string): string {
  switch (type) {
    case 'button':
    case 'submit':
    case 'reset':
    case 'image':
      return 'button'
    case 'checkbox':
    case 'radio':
      return type
    case 'range':
      return 'slider'
    case 'number':
      return 'spinbutton'
  }
  return 'textbox'
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
