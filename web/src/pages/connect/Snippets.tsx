import { CopyButton } from '../../components/CopyButton'
import type { Snippet } from './queries'

/** What to copy, in its order. An optional one saves the one before it. */
export function Snippets({ snippets }: { snippets: Snippet[] }) {
  return (
    <ol className="snippets">
      {snippets.map(({ title, text, code, optional }) => (
        <li key={title} className={optional ? 'snippet optional' : 'snippet'}>
          <div className="snippet-head">
            <h3>{title}</h3>
            <CopyButton label="Copy" text={() => code} />
          </div>
          {text && <p className="muted">{text}</p>}
          <pre className="code">{code.trimEnd()}</pre>
        </li>
      ))}
    </ol>
  )
}
