import { lazy, Suspense } from 'react'
import { useSystem } from '../api/queries'

const DemoBar = lazy(() => import('./DemoBar'))

/** What a server that shows a simulated shop adds to every page; nothing elsewhere. */
export function Demo() {
  const system = useSystem()
  return system.data?.demo ? <Suspense><DemoBar /></Suspense> : null
}
