// The program as bin/ssh-admin.js starts it, with its fault points.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

process.umask(0o077)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
const { load } = createRequire(import.meta.url)('../../bin/program.js')
const folder = fileURLToPath(new URL('../../dist-with-fault-points', import.meta.url))
load({ folder, keepsCompiled: false }).main(process.argv.slice(2))
