import { useNavigate } from '@tanstack/react-router'
import { useSystem } from '../api/queries'
import { setTourSmall, setTourStep } from './tour'

/** Begins the demo's tour anew; stands in the form that closes the help. */
export function TourAgain() {
  const system = useSystem()
  const navigate = useNavigate()
  if (!system.data?.demo) return null
  const begin = () => {
    setTourSmall(false)
    setTourStep(1)
    void navigate({ to: '/' })
  }
  return <button type="submit" className="plain-button" onClick={begin}>Take the tour</button>
}
