const { resolve } = require('node:path')
const { Script } = require('node:vm')
const { openBundle } = require('./bundle.js')

/** Modules of Node that are slow to load, and that packages require even where they are never used. */
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

/** From where a bundled package looks for its compiled addon, by module; the argument is the bundle's folder. */
const NATIVE_FOLDERS = {
  './better-sqlite3.js': (folder) => resolve(folder, 'node_modules/better-sqlite3/lib'),
}

/** An import that is loaded at the first access of `m`; from then on `m` is a plain value. */
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
 * Loads the bundled program. Its modules are functions, each read and run at its first import; the modules that this
 * command used before are one script with its compiled code.
 * @returns what the entry module exports
 */
exports.load = ({ folder: given, keepsCompiled }) => {
  const folder = resolve(given)
  const file = `${folder}/program.js`
  const bundle = openBundle(file)
  const compiled = keepsCompiled ? require('./compiled-code.js').compiledCode(bundle.digest) : undefined
  const { names = [], source = bundle.sourceOf(names), code } = compiled?.kept() ?? {}
  const scriptOf = (text, cachedData) => new Script(text, { filename: file, cachedData })
  const script = names.length > 0 ? scriptOf(source, code) : undefined
  const functions = new Map()
  script?.runInThisContext().forEach((work, at) => {
    functions.set(names[at], work)
  })
  const loaded = new Map()

  const functionOf = (name) => scriptOf(bundle.sourceOf([name])).runInThisContext()[0]
  const loadModule = (name) => {
    if (name === 'node:module') return { createRequire: () => required }
    if (name.endsWith('.node')) return loadNative(name)
    if (!name.startsWith('./') || !name.endsWith('.js')) return require(name)
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
  const isBundled = (name) => functions.has(name) || bundle.has(name)
  const required = Object.assign(
    (name) => (isBundled(`./${name}.js`) ? loadModule(`./${name}.js`).default : require(name)),
    { resolve: require.resolve },
  )

  const program = loadModule('./program.js')
  compiled?.keepAtExit(program.isCommand, () => {
    const more = [...loaded.keys()].filter((name) => !functions.has(name))
    if (more.length > 0) return { names: [...names, ...more] }
    if (code === undefined || script.cachedDataRejected)
      return { names, source, code: script.createCachedData() }
  })
  return program
}

/** Loads a Node module when a property is first read, `__esModule` aside: the bundle reads that at each import. */
function whenUsed(name) {
  let module
  const used = () => (module ??= require(name))
  return new Proxy({}, { get: (_, key) => (key === '__esModule' ? undefined : used()[key]) })
}

const natives = new Map()

/** Loads a compiled addon by its path, once: better-sqlite3's JavaScript asks for it again with each database. */
function loadNative(file) {
  const before = natives.get(file)
  if (before) return before.exports
  const module = { exports: {} }
  process.dlopen(module, file)
  natives.set(file, module)
  return module.exports
}
