// The weight gate: what a page loads, in gzip bytes.
import { readFileSync } from 'node:fs'

const limit = 9000
const weight = (twin) => readFileSync(`dist/clickspan.js${twin}`).length
const gzip = weight('.gz')
console.log(`${gzip > limit ? 'FAIL' : 'ok  '} clickspan.js ${gzip} of ${limit} bytes gzip (${weight('.br')} brotli, ${weight('')} plain)`)
if (gzip > limit) process.exit(1)
