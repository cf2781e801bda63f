import { useEffect, useState } from 'react'
import { formatClock } from '../lib/time'
import { usePreferences } from '../lib/view'
import { comingWords } from './comingWords'
import { useDemo } from './demoQueries'
import './demo.css'

/** How long a break may be under way before it must speak for itself, in milliseconds. */
const fresh = 60_000

/** Says what will happen to this shop, or happened just now and is not seen yet. */
export default function Coming() {
  const { zone } = usePreferences()
  const demo = useDemo()
  const now = useSeconds()
  const next = [...(demo.data?.planned ?? []), ...(demo.data?.breaks ?? [])].findLast((b) => Date.parse(b.since) + fresh > now)
  if (!next) return null
  return <p className="demo-coming"><span className="demo-mark">Demo</span> {comingWords(next, formatClock(Date.parse(next.since), zone, 'minute'), Date.parse(next.since) - now)}</p>
}

function useSeconds(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
