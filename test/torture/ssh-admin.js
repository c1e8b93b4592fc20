// The program as bin/ssh-admin.js starts it, with its fault points.
process.umask(0o077)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
const { main } = await import('../../dist-with-fault-points/cli.js')
process.exitCode = await main(process.argv.slice(2))
