// Required before the program: writes down the native packages that it had loaded when it ended.
const { writeFileSync } = require('node:fs')

process.on('exit', () => {
  process.report.excludeNetwork = true
  const binaries = process.report.getReport().sharedObjects.filter((file) => file.endsWith('.node'))
  writeFileSync(process.env.LIST_BINARIES, binaries.join('\n'))
})
