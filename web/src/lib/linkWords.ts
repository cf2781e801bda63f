// How a link was found, in words that need no manual.

const evidence: Record<string, string> = {
  action_id: 'the call carried the id of the action itself',
  span: "the call's trace names the browser's request as its parent",
  trace: 'both carry the same trace id',
  server_timing: 'the browser read the trace id from the response',
  request_id: 'both carry the same request id',
  match: 'same method, path and status at the same time in one visit',
  window: 'it began right after the action, or after a call the action caused',
}

/** An id of two tiers of one request proves that they belong together; less than that, the confidence is the other tier's. */
const tierIdSure = 0.95

function isInherited(method: string, confidence: number): boolean {
  return (method === 'request_id' || method === 'trace') && confidence < tierIdSure
}

function evidenceOf(method: string, confidence: number): string {
  if (isInherited(method, confidence)) return `same ${method === 'trace' ? 'trace' : 'request'} id as another server's part of the request, whose own link to the browser is no surer`
  return evidence[method] ?? method
}

/** Only an id makes sure: what rests on times and routes is likely at most, however often it is right. */
export function sureness(method: string, confidence: number): 'sure' | 'likely' | 'a guess' {
  if (method !== 'match' && method !== 'window' && !isInherited(method, confidence)) return 'sure'
  return confidence >= 0.7 ? 'likely' : 'a guess'
}

/** "likely (80 %): it began right after the action" */
export function explainLink({ method, confidence }: { method: string; confidence: number }): string {
  return `${sureness(method, confidence)} (${Math.round(confidence * 100)} %): ${evidenceOf(method, confidence)}`
}
