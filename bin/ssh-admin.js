#!/usr/bin/env node
import { keepCompiledCode } from './compile-cache.js'

// What the tool writes is for its owner only, a store that SQLite makes anew included.
process.umask(0o077)
keepCompiledCode()
// Until the program can say more: nothing has been done yet.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
const { main } = await import('../dist/cli.js')
process.exitCode = await main(process.argv.slice(2))
