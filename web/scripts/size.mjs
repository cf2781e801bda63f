// The weight gate: what a browser loads first, and with each further page, in gzip bytes by the Vite manifest.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const firstLoadLimit = 260_000
const pageLimit = 60_000

const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'))
const weights = new Map()

function weigh(file) {
  if (!weights.has(file)) weights.set(file, gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length)
  return weights.get(file)
}

/** The files of a chunk, its static imports and their styles. */
function filesOf(key, seen = new Set()) {
  const chunk = manifest[key]
  if (seen.has(chunk.file)) return seen
  seen.add(chunk.file)
  for (const css of chunk.css ?? []) seen.add(css)
  for (const imported of chunk.imports ?? []) filesOf(imported, seen)
  return seen
}

const sum = (files) => [...files].reduce((total, file) => total + weigh(file), 0)
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`

const entry = 'index.html'
const overview = 'src/pages/overview/OverviewPage.tsx'
const first = new Set([...filesOf(entry), ...filesOf(overview)])
const results = [['first load (shell + overview)', sum(first), firstLoadLimit]]
for (const page of manifest[entry].dynamicImports ?? []) {
  if (page === overview) continue
  const more = [...filesOf(page)].filter((file) => !first.has(file))
  results.push([page.replace(/^src\/pages\//, ''), sum(more), pageLimit])
}
for (const [name, bytes, limit] of results) console.log(`${bytes > limit ? 'FAIL' : 'ok  '} ${name.padEnd(40)} ${kB(bytes).padStart(9)} of ${kB(limit)}`)
if (results.some(([, bytes, limit]) => bytes > limit)) process.exit(1)
