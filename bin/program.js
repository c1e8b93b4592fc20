const { resolve } = require('node:path')
const { Script } = require('node:vm')
const { openBundle } = require('./bundle.js')

/** Modules of Node that are slow to load, and that packages ask for where they may do without. */
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

/** What a module imports, as `m`: loaded at the first look, and a plain value from then on. */
class LoadedWhenUsed {
  constructor(name, load) {
    this.name = name
    this.load = load
  }
  get m() {
    const value = this.load(this.name)
    Object.defineProperty(this, 'm', { value })
    return value
  }
}

/**
 * Loads the bundled program. Its modules are functions, read and run when they are first asked for; those that the
 * command asked for before are one script, with its compiled code. @returns what the entry module exports
 */
exports.load = ({ folder: given, keepsCompiled }) => {
  const folder = resolve(given)
  const file = `${folder}/program.js`
  const bundle = openBundle(file)
  const compiled = keepsCompiled ? require('./compiled-code.js').compiledCode(bundle.digest) : undefined
  const kept = compiled?.kept() ?? { names: [], spans: [] }
  const scriptOf = (spans, cachedData) => new Script(bundle.sourceOf(spans), { filename: file, cachedData })
  const script = kept.names.length > 0 ? scriptOf(kept.spans, kept.code) : undefined
  const functions = new Map()
  script?.runInThisContext().forEach((work, at) => {
    functions.set(kept.names[at], work)
  })
  const loaded = new Map()
  let outside
  const requireOutside = () => (outside ??= requireFrom(file))

  const functionOf = (name) => scriptOf([bundle.placeOf(name)]).runInThisContext()[0]
  const loadModule = (name) => {
    if (name === 'node:module') return { createRequire: () => required }
    if (name.endsWith('.node')) return loadCompiled(name)
    if (!name.startsWith('./') || !name.endsWith('.js')) return requireOutside()(name)
    const before = loaded.get(name)
    if (before) return before.exports
    const work = functions.get(name) ?? functionOf(name)
    const module = { exports: {} }
    loaded.set(name, module)
    const own = `${folder}/${name.slice(2)}`
    const within = NATIVE_FOLDERS[name]?.(folder) ?? folder
    work(loadOrPutOff, module.exports, module, `file://${own}`, own, within, lazy)
    return module.exports
  }
  const loadOrPutOff = (name) => (NODE_MODULES.has(name) ? whenUsed(name) : loadModule(name))
  const lazy = (name) => new LoadedWhenUsed(name, loadModule)
  const isBundled = (name) => functions.has(name) || bundle.placeOf(name) !== undefined
  const required = Object.assign(
    (name) => (isBundled(`./${name}.js`) ? loadModule(`./${name}.js`).default : requireOutside()(name)),
    { resolve: (name) => requireOutside().resolve(name) },
  )

  const program = loadModule('./program.js')
  compiled?.keepAtExit(program.isCommand, () => {
    const more = [...loaded.keys()].filter((name) => !functions.has(name))
    if (more.length > 0) return bundle.inOrder([...kept.names, ...more])
    if (kept.code === undefined || script.cachedDataRejected)
      return { names: kept.names, spans: kept.spans, code: script.createCachedData() }
  })
  return program
}

/** Loads a module of Node when the first of its functions is called: the bundle names it at each call, and asks before whether it is an ES module. */
function whenUsed(name) {
  let module
  const used = () => (module ??= require(name))
  return new Proxy({}, { get: (_, key) => (key === '__esModule' ? undefined : used()[key]) })
}

/** A package that is shipped beside the bundle goes before one that is installed. */
function requireFrom(file) {
  return require('node:module').createRequire(file)
}

/** What is compiled for a machine, by its path: nothing has to be looked for. */
function loadCompiled(file) {
  const module = { exports: {} }
  process.dlopen(module, file)
  return module.exports
}
