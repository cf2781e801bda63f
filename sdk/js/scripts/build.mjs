// Builds dist/clickspan.js with its .gz and .br twins. The output depends on the sources alone, so builds stay reproducible.
import { readFileSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const file = 'dist/clickspan.js'
await build({
  entryPoints: ['src/script.ts'],
  outfile: file,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  legalComments: 'none',
  banner: { js: '/*! Clickspan browser SDK, Apache-2.0; includes web-vitals by Google, Apache-2.0 */' },
})
const script = readFileSync(file)
writeFileSync(`${file}.gz`, gzipSync(script, { level: 9 }))
writeFileSync(`${file}.br`, brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
