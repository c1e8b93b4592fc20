#!/usr/bin/env node
import module from 'node:module'

// What the tool writes is for its owner only, a store that SQLite makes anew included.
process.umask(0o077)
module.enableCompileCache?.()
const { main } = await import('../dist/cli.js')
process.exitCode = await main(process.argv.slice(2))
