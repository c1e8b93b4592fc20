const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { resolve } = require('node:path')
const { Script } = require('node:vm')

/** Modules of Node that are slow to load and are imported by name, for what only some commands do. */
const NODE_MODULES = new Set([
  'node:child_process',
  'node:crypto',
  'node:dns',
  'node:fs/promises',
  'node:http',
  'node:https',
  'node:net',
  'node:timers/promises',
  'node:tls',
  'node:zlib',
])

/** Where a bundled package looks for what is compiled, from the folder of its own files. */
const NATIVE_FOLDERS = {
  './better-sqlite3.js': (folder) => resolve(folder, 'node_modules/better-sqlite3/lib'),
}

/**
 * Loads the bundled program. Its modules are functions in one file, run when they are first asked for; large
 * packages are files beside it. @returns what the entry module exports
 */
exports.load = ({ folder, keepsCompiled }) => {
  const file = resolve(folder, 'program.js')
  const source = readFileSync(file, 'latin1')
  const compiled = keepsCompiled ? require('./compiled-code.js').compiledCode(source) : undefined
  const kept = compiled?.kept()
  const script = new Script(source, { filename: file, cachedData: kept })
  const functions = script.runInThisContext()
  const loaded = new Map()
  const outside = requireFrom(folder)

  const loadModule = (name) => {
    if (NODE_MODULES.has(name)) return whenUsed(name)
    if (name === 'node:module') return { createRequire: () => required }
    if (name.endsWith('.node')) return loadCompiled(name)
    if (!name.startsWith('./') || !name.endsWith('.js')) return outside(name)
    const before = loaded.get(name)
    if (before) return before.exports
    const own = resolve(folder, name)
    const work =
      functions[name] ?? new Script(readFileSync(own, 'utf8'), { filename: own }).runInThisContext()
    const module = { exports: {} }
    loaded.set(name, module)
    work(loadModule, module.exports, module, `file://${own}`, own, NATIVE_FOLDERS[name]?.(folder) ?? folder)
    return module.exports
  }
  const required = Object.assign(
    (name) => (`./${name}.js` in functions ? loadModule(`./${name}.js`).default : outside(name)),
    { resolve: outside.resolve },
  )

  const program = loadModule('./program.js')
  if (compiled && (kept === undefined || script.cachedDataRejected))
    compiled.keepAtExit(script, program.isCommand)
  return program
}

/** Loads a module of Node when the first of its functions is called: the bundle names it at each call, and asks before whether it is an ES module. */
function whenUsed(name) {
  return new Proxy({}, { get: (_, key) => (key === '__esModule' ? undefined : require(name)[key]) })
}

/** A package that is shipped beside the bundle goes before one that is installed. */
function requireFrom(folder) {
  return createRequire(resolve(folder, 'program.js'))
}

/** What is compiled for a machine, by its path: nothing has to be looked for. */
function loadCompiled(file) {
  const module = { exports: {} }
  process.dlopen(module, file)
  return module.exports
}
