import { createRootRoute, createRoute, createRouter, lazyRouteComponent, retainSearchParams } from '@tanstack/react-router'
import { parseSearch, pickSearch, stringifySearch, type Search } from './lib/search'
import { landOnConnect } from './pages/connect/landing'
import { Shell } from './shell/Shell'
import { ErrorNotice } from './components/Notice'

const root = createRootRoute({
  component: Shell,
  validateSearch: (raw: Record<string, unknown>): Search => pickSearch(raw),
  // The project, the time range and the segment go along from page to page; everything else belongs to one view.
  search: { middlewares: [retainSearchParams(['project', 'from', 'to', 'segment'])] },
  notFoundComponent: () => <div className="notice"><h1>There is no such page.</h1><p>The pages that exist are on the left.</p></div>,
  errorComponent: ({ error }) => <ErrorNotice error={error} />,
})

const routeTree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: '/goals/$id', component: lazyRouteComponent(() => import('./pages/overview/GoalPage')) }),
  createRoute({ getParentRoute: () => root, path: '/', beforeLoad: landOnConnect, component: lazyRouteComponent(() => import('./pages/overview/OverviewPage')) }),
  createRoute({ getParentRoute: () => root, path: '/live', component: lazyRouteComponent(() => import('./pages/live/LivePage')) }),
  createRoute({ getParentRoute: () => root, path: '/endpoints', component: lazyRouteComponent(() => import('./pages/endpoints/EndpointsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/endpoints/$id', component: lazyRouteComponent(() => import('./pages/endpoints/EndpointPage')) }),
  createRoute({ getParentRoute: () => root, path: '/calls', component: lazyRouteComponent(() => import('./pages/calls/CallsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/errors', component: lazyRouteComponent(() => import('./pages/errors/ErrorsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/errors/$id', component: lazyRouteComponent(() => import('./pages/errors/ErrorPage')) }),
  createRoute({ getParentRoute: () => root, path: '/services', component: lazyRouteComponent(() => import('./pages/services/ServicesPage')) }),
  createRoute({ getParentRoute: () => root, path: '/accounts', component: lazyRouteComponent(() => import('./pages/accounts/AccountsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/accounts/$id', component: lazyRouteComponent(() => import('./pages/accounts/AccountPage')) }),
  createRoute({ getParentRoute: () => root, path: '/people', component: lazyRouteComponent(() => import('./pages/people/PeoplePage')) }),
  createRoute({ getParentRoute: () => root, path: '/segments', component: lazyRouteComponent(() => import('./pages/segments/SegmentsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/people/$id', component: lazyRouteComponent(() => import('./pages/people/PersonPage')) }),
  createRoute({ getParentRoute: () => root, path: '/events', component: lazyRouteComponent(() => import('./pages/usage/EventsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/usage', component: lazyRouteComponent(() => import('./pages/usage/UsagePage')) }),
  createRoute({ getParentRoute: () => root, path: '/funnels', component: lazyRouteComponent(() => import('./pages/funnels/FunnelsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/retention', component: lazyRouteComponent(() => import('./pages/retention/RetentionPage')) }),
  createRoute({ getParentRoute: () => root, path: '/paths', component: lazyRouteComponent(() => import('./pages/paths/PathsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/friction', component: lazyRouteComponent(() => import('./pages/friction/FrictionPage')) }),
  createRoute({ getParentRoute: () => root, path: '/signals', component: lazyRouteComponent(() => import('./pages/friction/SignalsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/impact', component: lazyRouteComponent(() => import('./pages/impact/ImpactPage')) }),
  createRoute({ getParentRoute: () => root, path: '/releases', component: lazyRouteComponent(() => import('./pages/releases/ReleasesPage')) }),
  createRoute({ getParentRoute: () => root, path: '/blast', component: lazyRouteComponent(() => import('./pages/blast/BlastPage')) }),
  createRoute({ getParentRoute: () => root, path: '/glossary', component: lazyRouteComponent(() => import('./pages/glossary/GlossaryPage')) }),
  createRoute({ getParentRoute: () => root, path: '/explore', component: lazyRouteComponent(() => import('./pages/explore/ExplorePage')) }),
  createRoute({ getParentRoute: () => root, path: '/sessions', component: lazyRouteComponent(() => import('./pages/sessions/SessionsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/sessions/$id', component: lazyRouteComponent(() => import('./pages/sessions/SessionPage')) }),
  createRoute({ getParentRoute: () => root, path: '/quality', component: lazyRouteComponent(() => import('./pages/quality/QualityPage')) }),
  createRoute({ getParentRoute: () => root, path: '/connect', component: lazyRouteComponent(() => import('./pages/connect/ConnectPage')) }),
  createRoute({ getParentRoute: () => root, path: '/settings', component: lazyRouteComponent(() => import('./pages/settings/SettingsPage')) }),
  createRoute({ getParentRoute: () => root, path: '/find', component: lazyRouteComponent(() => import('./pages/find/FindPage')) }),
])

export const router = createRouter({ routeTree, parseSearch, stringifySearch, defaultPreload: 'intent', scrollRestoration: false })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
