#!/usr/bin/env node
const { load } = require('./program.js')

// What the tool writes is for its owner only, a store that SQLite makes anew included.
process.umask(0o077)
// Until the program can say more: nothing has been done yet.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
// A signal that comes when it has answered changes nothing of that.
if (saysVersion(process.argv.slice(2))) process.exit(0)
load({ folder: `${__dirname}/../dist`, keepsCompiled: true }).main(process.argv.slice(2))

/** Nothing of the program is needed for it; where it cannot be written the program says so. */
function saysVersion(argv) {
  if (argv.length !== 1 || !['--version', '-V'].includes(argv[0])) return false
  try {
    require('node:fs').writeSync(1, `${require('../package.json').version}\n`)
    return true
  } catch {
    return false
  }
}
