// Required before the program: writes down which modules of Node were loaded when it ended, besides Node's inner ones;
// its promises of files and its abort signals are two of those that count. What is compiled for a machine, each time.
const { writeFileSync } = require('node:fs')
const { basename } = require('node:path')

const before = new Set(process.moduleLoadList)
const binaries = []
const { dlopen } = process
process.dlopen = (module, file, ...flags) => {
  binaries.push(basename(file))
  dlopen(module, file, ...flags)
}
process.on('exit', () => {
  const loaded = process.moduleLoadList.filter((name) => !before.has(name)).map((name) => name.split(' '))
  const open = loaded.filter(
    ([kind, name]) =>
      kind === 'NativeModule' && /^(?!internal\/)|^internal\/(fs\/promises|abort_controller)$/.test(name),
  )
  const names = open.map(([, name]) => name)
  writeFileSync(process.env.LIST_LOADED, [...names, ...binaries].join('\n'))
})
