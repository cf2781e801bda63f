import { lazy, Suspense } from 'react'
import { useSystem } from '../api/queries'

const DemoBar = lazy(() => import('./DemoBar'))
const Coming = lazy(() => import('./Coming'))

/** What a server that shows a simulated shop adds to every page; nothing elsewhere. */
export function Demo() {
  const system = useSystem()
  return system.data?.demo ? <Suspense><DemoBar /></Suspense> : null
}

/** What a demo adds to a quiet first screen: what will happen; nothing elsewhere. */
export function DemoComing() {
  const system = useSystem()
  return system.data?.demo ? <Suspense><Coming /></Suspense> : null
}
