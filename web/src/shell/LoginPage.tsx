import { useState, type ReactNode } from 'react'
import { Button } from '@mantine/core'
import { login, Problem, type Credential } from '../api/client'

/** Shown when the server does not know this browser: the ways in. */
export function LoginPage() {
  const [problem, setProblem] = useState<string | null>(null)
  const here = tokenFile()
  const enter = async (credential: Credential) => {
    try {
      await login(credential)
    } catch (error) {
      setProblem(error instanceof Problem ? `${error.message}. ${error.hint}` : 'The server cannot be reached. Check that clickspan is running.')
    }
  }
  return (
    <main className="login stack">
      <title>Sign in · Clickspan</title>
      <h1>Clickspan does not know this browser yet</h1>
      <p>The link in the terminal opens once, in one browser. {here
        ? <>For this one, run <code>cat {here}</code> and paste what it prints below.</>
        : 'For this one, use the token in the file named token in the data directory of the server, or a new link: each start prints one.'}
        {' '}Or sign in with a name that <code>clickspan user create</code> made.</p>
      {problem && <p role="alert" className="failed">{problem}</p>}
      <form className="stack" action={(form) => enter({ token: text(form, 'token').trim() })}>
        <Field label="Token"><input name="token" className="filter-input mono" type="password" autoComplete="off" required /></Field>
        <div><Button type="submit" size="compact-sm">Use the token</Button></div>
      </form>
      <form className="stack" action={(form) => enter({ name: text(form, 'name'), password: text(form, 'password') })}>
        <Field label="Name"><input name="name" className="filter-input" autoComplete="username" required /></Field>
        <Field label="Password"><input name="password" className="filter-input" type="password" autoComplete="current-password" required /></Field>
        <div><Button type="submit" size="compact-sm" variant="default">Sign in</Button></div>
      </form>
    </main>
  )
}

/** Where the token lies, told by the server to who sits at its machine; empty elsewhere. */
function tokenFile(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="clickspan-token-file"]')?.content ?? ''
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return <label className="login-field">{label}{children}</label>
}

function text(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
