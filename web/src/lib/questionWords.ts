// Steps in a sentence: "saw /cart", "did not see /cart".
import type { Step } from './ask'

function subject(step: Step): { verbs: { did: string; never: string; doing: string }; what: string } {
  if (step.call) return { verbs: { did: 'called', never: 'did not call', doing: 'calling' }, what: step.call === '*' ? 'the API' : step.call }
  if (step.event) return { verbs: { did: 'did', never: 'did not do', doing: 'doing' }, what: step.event === '*' ? 'anything' : `“${step.event}”` }
  return { verbs: { did: 'saw', never: 'did not see', doing: 'seeing' }, what: step.page === '/**' ? 'any page' : step.page || '…' }
}

function condition(step: Step): string {
  return step.where ? ` (${step.where})` : ''
}

/** "saw /cart", "did “Order Paid” (properties.amount > 10.0)" */
export function didWords(step: Step): string {
  const { verbs, what } = subject(step)
  return `${verbs.did} ${what}${condition(step)}`
}

/** "did not see /cart" */
export function neverWords(step: Step): string {
  const { verbs, what } = subject(step)
  return `${verbs.never} ${step.event === '*' && !step.call ? 'anything' : what}${condition(step)}`
}

/** "/cart", "“Order Paid”", "POST /orders": the step as a heading. */
export function stepName(step: Step): string {
  return subject(step).what + condition(step)
}
