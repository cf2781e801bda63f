import { useEffect, useRef } from 'react'
import { pages } from './pages'
import { TourAgain } from '../demo/TourAgain'

const shortcuts: [string, string][] = [
  ['/', 'find a request, trace, session or person'],
  ['j  k', 'next and previous row'],
  ['↑  ↓', 'next and previous row, or value beside a list'],
  ['←  →', 'the links and buttons of a row; in a timeline: close and open it'],
  ['Enter', 'open the row or the link'],
  ['n  p', 'in a timeline: next and previous failure or friction'],
  ['z  0', 'in a timeline: zoom to the row, and out again'],
  ['← → + −', 'in a chart: move, and zoom where it can; Enter opens'],
  ['Esc', 'close the panel'],
  ['r', 'refresh: move "now" to now'],
  ['Shift+D', 'dark or light'],
  ['?', 'this help'],
]

/** The keyboard, in a native dialog: it traps the focus, and Esc closes it. */
export function HelpDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (open) dialog.current?.showModal()
    else dialog.current?.close()
  }, [open])
  return (
    <dialog ref={dialog} className="help" onClose={onClose} aria-labelledby="help-title">
      <h1 id="help-title">Keyboard</h1>
      <dl>
        {shortcuts.map(([keys, meaning]) => <Shortcut key={keys} keys={keys} meaning={meaning} />)}
        {pages.map((page) => <Shortcut key={page.path} keys={`g ${page.key}`} meaning={`go to ${page.label}`} />)}
      </dl>
      <form method="dialog" className="row"><button type="submit" className="plain-button">Close</button><TourAgain /><a className="plain-button" href="/glossary">Glossary</a></form>
    </dialog>
  )
}

function Shortcut({ keys, meaning }: { keys: string; meaning: string }) {
  return (
    <div>
      <dt><kbd>{keys}</kbd></dt>
      <dd>{meaning}</dd>
    </div>
  )
}
