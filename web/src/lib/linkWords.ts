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

export function evidenceOf(method: string): string {
  return evidence[method] ?? method
}

/** Only an id makes sure: what rests on times and routes is likely at most, however often it is right. */
export function sureness(method: string, confidence: number): 'sure' | 'likely' | 'a guess' {
  if (method !== 'match' && method !== 'window') return 'sure'
  return confidence >= 0.7 ? 'likely' : 'a guess'
}

/** "likely (80 %): it began right after the action" */
export function explainLink({ method, confidence }: { method: string; confidence: number }): string {
  return `${sureness(method, confidence)} (${Math.round(confidence * 100)} %): ${evidenceOf(method)}`
}
