import type { Frame } from '../../api/groups'
import './errors.css'

/** A browser's stack, innermost frame first: the source when a map knows it, and what was sent beside it. */
export function Stack({ frames, noMap }: { frames: Frame[]; noMap: string | undefined }) {
  if (frames.length === 0) return <p className="muted">The error came without a stack.</p>
  const first = frames.findIndex((frame) => frame.in_app)
  return (
    <>
      {noMap && <p className="slow">{noMap}</p>}
      <ol className="stack-frames">
        {frames.map((frame, i) => (
          // oxlint-disable-next-line react/no-array-index-key -- a frame is its place in the stack
          <li key={i} className={frame.in_app ? undefined : 'muted'}>
            <p className="mono">
              <b>{frame.original?.function || frame.function || '(anonymous)'}</b>{' '}
              {frame.original ? <>{frame.original.file}:{frame.original.line}:{frame.original.column} <span className="muted">sent as {sent(frame)}</span></> : sent(frame)}
            </p>
            {frame.original?.lines && frame.in_app && (
              <details open={i === first}><summary className="muted">source</summary><Source from={frame.original.from ?? 1} line={frame.original.line} lines={frame.original.lines} /></details>
            )}
          </li>
        ))}
      </ol>
    </>
  )
}

function sent({ function: name, file, line, column }: Frame): string {
  return `${name ? `${name} in ` : ''}${file || 'an unknown file'}${line ? `:${line}` : ''}${column ? `:${column}` : ''}`
}

function Source({ from, line, lines }: { from: number; line: number; lines: string[] }) {
  return (
    // The region scrolls, so the keyboard must be able to reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="source-lines mono" tabIndex={0} role="region" aria-label={`Source around line ${line}`}>
      {lines.map((text, i) => (
        <div key={from + i} className={from + i === line ? 'here' : undefined}>
          <span className="muted">{from + i === line ? '→' : ' '}{String(from + i).padStart(5)}</span> {text}
        </div>
      ))}
    </div>
  )
}
