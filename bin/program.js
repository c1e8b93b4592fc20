const { readFileSync } = require('node:fs')
const { resolve } = require('node:path')
const { Script } = require('node:vm')

/** Modules of Node that are slow to load and are imported by name, for what only some commands do. */
const NODE_MODULES = new Set([
  'node:child_process',
  'node:crypto',
  'node:fs/promises',
  'node:timers/promises',
  'node:zlib',
])

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
    if (name === 'node:module') return { createRequire: () => outside }
    if (!name.startsWith('./') || !name.endsWith('.js')) return outside(name)
    const before = loaded.get(name)
    if (before) return before.exports
    const own = resolve(folder, name)
    const work =
      functions[name] ?? new Script(readFileSync(own, 'utf8'), { filename: own }).runInThisContext()
    const module = { exports: {} }
    loaded.set(name, module)
    work(loadModule, module.exports, module, `file://${own}`, own, folder)
    return module.exports
  }

  const program = loadModule('./program.js')
  if (compiled && (kept === undefined || script.cachedDataRejected))
    compiled.keepAtExit(script, program.isCommand)
  return program
}

/** Loads a module of Node when the first of its functions is called: the bundle names it at each call. */
function whenUsed(name) {
  return new Proxy({}, { get: (_, key) => require(name)[key] })
}

/** A package that is shipped beside the bundle goes before one that is installed. */
function requireFrom(folder) {
  const resolve = (name) => require.resolve(name, { paths: [folder] })
  return Object.assign((name) => require(resolve(name)), { resolve })
}
