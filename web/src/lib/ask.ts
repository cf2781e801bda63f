// The question that a builder edits stands in the URL as the JSON that the API takes, so that the two can never mean different things.
// What comes from a URL may be anything: a part that is not what it should be is left out.

/** Takes a part of a question from what the URL says; undefined when it is not one. */
type Reader<T> = (value: unknown) => T | undefined

export type Shape<Q> = { [Key in keyof Q]-?: Reader<NonNullable<Q[Key]>> }

export type Step = { event?: string; page?: string; call?: string; where?: string; template?: boolean }

export const asText: Reader<string> = (value) => (typeof value === 'string' && value !== '' ? value : undefined)
export const asNumber: Reader<number> = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
export const asFlag: Reader<boolean> = (value) => (value === true ? true : undefined)

export function asOneOf<const T extends string>(...allowed: T[]): Reader<T> {
  return (value) => allowed.find((one) => one === value)
}

export function asList<T>(each: Reader<T>, most: number): Reader<T[]> {
  return (value) => (Array.isArray(value) ? value.slice(0, most).flatMap((one) => each(one) ?? []) : undefined)
}

export function asParts<Q extends object>(shape: Shape<Q>): Reader<Q> {
  return (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? pick(value as Record<string, unknown>, shape) : undefined)
}

// A step that is still being written has an empty name.
const asWritten: Reader<string> = (value) => (typeof value === 'string' ? value : undefined)

export const stepShape: Shape<Step> = { event: asWritten, page: asWritten, call: asWritten, where: asText, template: asFlag }

/** A step has one kind; of several the first counts, and one without a kind is none. */
export const asStep: Reader<Step> = (value) => {
  const step = asParts(stepShape)(value)
  const kind = step && (['event', 'page', 'call'] as const).find((one) => step[one] !== undefined)
  if (!step || !kind) return undefined
  const { where, template } = step
  return { [kind]: step[kind], ...(where ? { where } : {}), ...(template && kind === 'page' ? { template } : {}) }
}

function pick<Q>(from: Record<string, unknown>, shape: Shape<Q>): Q {
  const out: Record<string, unknown> = {}
  for (const [key, reader] of Object.entries<Reader<unknown>>(shape)) {
    const value = reader(from[key])
    if (value !== undefined) out[key] = value
  }
  return out as Q
}

/** The question that the URL keeps; what it does not say is absent. */
export function readAsk<Q extends object>(text: string | undefined, shape: Shape<Q>): Q {
  return asParts(shape)(parse(text)) ?? ({} as Q)
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/** The question as the URL keeps it; undefined when it says nothing. */
export function writeAsk(question: object): string | undefined {
  const text = JSON.stringify(question)
  return text === '{}' ? undefined : text
}

/** Whether a step names something: one that is being written cannot be asked for yet. */
export function isWhole(step: Step): boolean {
  return Boolean(step.event || step.page || step.call)
}
