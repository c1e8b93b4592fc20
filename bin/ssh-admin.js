#!/usr/bin/env node
// Files that the program creates are for their owner only; the umask covers the files that SQLite creates too.
process.umask(0o077)
// Until the program installs its own handlers, a signal just ends the process: nothing has been done yet.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
const folder = `${__dirname}/../dist`
// Exits at once, so that a signal after the answer cannot change the exit code.
const argv = process.argv.slice(2)
if (argv.length === 1 && require('./at-once.js').saysAtOnce(argv, { folder })) process.exit(0)
require('./program.js').load({ folder, keepsCompiled: true }).main(argv)
