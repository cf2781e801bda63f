// The navigation, in the groups of a person's questions. A page exists when it stands here and in the router.

export type Page = { path: string; label: string; key: string }

const groups: { group: string; pages: Page[] }[] = [
  {
    group: 'Now',
    pages: [
      { path: '/', label: 'Overview', key: 'o' },
      { path: '/live', label: 'Live', key: 'l' },
    ],
  },
  {
    group: 'API',
    pages: [
      { path: '/endpoints', label: 'Endpoints', key: 'e' },
      { path: '/calls', label: 'Calls', key: 'c' },
      { path: '/errors', label: 'Errors', key: 'x' },
      { path: '/services', label: 'Services', key: 'v' },
    ],
  },
  {
    group: 'People',
    pages: [
      { path: '/sessions', label: 'Sessions', key: 's' },
      { path: '/people', label: 'People', key: 'h' },
      { path: '/accounts', label: 'Accounts', key: 'a' },
      { path: '/funnels', label: 'Funnels', key: 'f' },
      { path: '/paths', label: 'Paths', key: 'p' },
      { path: '/retention', label: 'Retention', key: 'r' },
      { path: '/friction', label: 'Friction', key: 'i' },
      { path: '/usage', label: 'Usage', key: 'u' },
      { path: '/explore', label: 'Explore', key: 'w' },
      { path: '/segments', label: 'Segments', key: 'm' },
    ],
  },
  {
    group: 'Impact',
    pages: [
      { path: '/impact', label: 'Ranking', key: 'k' },
      { path: '/blast', label: 'Blast radius', key: 'b' },
      { path: '/releases', label: 'Releases', key: 'd' },
    ],
  },
  {
    group: 'Set-up',
    pages: [
      { path: '/connect', label: 'Connect', key: 'n' },
      { path: '/quality', label: 'Data quality', key: 'q' },
      { path: '/settings', label: 'Settings', key: ',' },
    ],
  },
]

/** The groups that have pages. */
export const navigation = groups.filter(({ pages }) => pages.length > 0)

export const pages = navigation.flatMap((group) => group.pages)
