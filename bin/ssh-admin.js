#!/usr/bin/env node
// What the tool writes is for its owner only, a store that SQLite makes anew included.
process.umask(0o077)
// Until the program can say more: nothing has been done yet.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
const folder = `${__dirname}/../dist`
// A signal that comes when it has answered changes nothing of that.
const argv = process.argv.slice(2)
if (argv.length === 1 && require('./at-once.js').saysAtOnce(argv, { folder })) process.exit(0)
require('./program.js').load({ folder, keepsCompiled: true }).main(argv)
