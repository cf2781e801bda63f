import { useState, type Ref } from 'react'
import { useNavigate } from '@tanstack/react-router'
import { useViewSearch } from '../lib/view'

/** Finds by any id a person can paste: request, trace, session, user, e-mail. */
export function FindBox({ ref }: { ref: Ref<HTMLInputElement> }) {
  const navigate = useNavigate()
  const { q } = useViewSearch()
  const [text, setText] = useState(q ?? '')
  const find = () => {
    if (text.trim()) void navigate({ to: '/find', search: { q: text.trim() } })
  }
  return (
    <search className="find">
      <form action={find}>
        <input ref={ref} type="search" aria-label="Find by request id, trace id, session, user or e-mail" placeholder="Find an id, session or person   /" value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return
            event.preventDefault()
            setText('')
            event.currentTarget.blur()
          }} />
      </form>
    </search>
  )
}
