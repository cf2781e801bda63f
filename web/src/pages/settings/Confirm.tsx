import { useEffect, useId, useRef, type ReactNode } from 'react'
import { ErrorNotice } from '../../components/Notice'

type Props = { title: string; act: string; onAct: () => void; onClose: () => void; pending: boolean; error: unknown; children: ReactNode }

/** Says what will be so before it is; the safe button has the focus, and Esc closes. */
export function Confirm({ title, act, onAct, onClose, pending, error, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} className="help confirm" aria-labelledby={id} onClose={onClose}>
      <div className="stack">
        <h2 id={id}>{title}</h2>
        {children}
        {error !== null && error !== undefined && <ErrorNotice error={error} />}
        <div className="row">
          <button type="button" className="plain-button" onClick={() => dialog.current?.close()}>Keep it</button>
          <button type="button" className="plain-button failed" disabled={pending} onClick={onAct}>{act}</button>
        </div>
      </div>
    </dialog>
  )
}
