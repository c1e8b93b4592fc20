// Required before the program: writes down which modules of Node were loaded when it ended, besides Node's inner ones;
// its promises of files and its abort signals are two of those that count.
const { writeFileSync } = require('node:fs')

const before = new Set(process.moduleLoadList)
process.on('exit', () => {
  const loaded = process.moduleLoadList.filter((name) => !before.has(name)).map((name) => name.split(' '))
  const open = loaded.filter(
    ([kind, name]) =>
      kind === 'NativeModule' && /^(?!internal\/)|^internal\/(fs\/promises|abort_controller)$/.test(name),
  )
  writeFileSync(process.env.LIST_LOADED, open.map(([, name]) => name).join('\n'))
})
