/** The fields on the left of the explorer, in order, and what the screen calls them. */
export const facetNames: Record<string, string> = {
  'call.status': 'Status',
  'call.service': 'Service',
  'call.route': 'Route',
  'call.method': 'Method',
  'call.linked': 'Action known',
  'call.error': 'Error',
  'call.release': 'Release',
  'call.browser': 'Browser',
  'call.source': 'Source',
}

export const facetFields = Object.keys(facetNames)
