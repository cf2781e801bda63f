import './components.css'

/** Says that two things go together and nothing more, and one click deeper what would prove it. */
export function Association({ what }: { what: string }) {
  return (
    <details className="association">
      <summary>Only an association; what would prove it?</summary>
      <p>
        Those who met it may differ from {what === 'these visits' ? 'the others' : what} in other ways: they stay longer, use other devices, come at busier hours, want other things.
        Proof would be the same people with and without it, a release that mends it while nothing else changes, or a flag that gives it to a part chosen by chance.
      </p>
    </details>
  )
}
