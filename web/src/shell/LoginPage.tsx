import { useState } from 'react'
import { Button } from '@mantine/core'
import { login, Problem } from '../api/client'

/** Shown when the server does not know this browser: how to get in. */
export function LoginPage() {
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const submit = async () => {
    try {
      await login(token.trim())
    } catch (error) {
      setProblem(error instanceof Problem ? `${error.message} ${error.hint}` : 'The server cannot be reached.')
    }
  }
  return (
    <main className="login stack">
      <h1>Clickspan does not know this browser yet</h1>
      <p>Open the one-use link that <code>clickspan serve</code> printed when it started. If it is used up, make a person and open the link printed then:</p>
      <pre>clickspan user create</pre>
      <form className="stack" action={submit}>
        <label htmlFor="token">Or paste a token, for instance the one in the data directory's token file:</label>
        <input id="token" className="filter-input mono" type="password" autoComplete="current-password" required value={token} onChange={(event) => setToken(event.target.value)} />
        {problem && <p role="alert" className="failed">{problem}</p>}
        <div><Button type="submit" size="compact-sm">Sign in</Button></div>
      </form>
    </main>
  )
}
