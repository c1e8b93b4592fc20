// Bundles the program into one file of modules that are read when they are needed. Native addons stay outside.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { installed } from './build/installed.mjs'

const builder = await loadBuilder()
if (!builder) process.exit()
const { build } = builder

const root = fileURLToPath(new URL('.', import.meta.url))
/** Modules that the program chooses by name at run time. A missing module is reported when it is needed. */
const sqlites = installed(['better-sqlite3', 'better-sqlite3-node20'])

/**
 * Compiled for the machine, and shipped beside the bundle or installed at the version that was tested. The exception is
 * @aws-sdk/client-s3, which exceljs's reader of zip files in the cloud imports and which is never called.
 */
const notBundled = [
  // better-sqlite3 uses it to find its compiled addon where no path is given.
  'bindings',
  '@node-rs/argon2',
  '@aws-sdk/client-s3',
  // Other PostgreSQL clients, which pg looks for and does without.
  'pg-native',
  'pg-cloudflare',
]

/** Folders and file extensions of modules without side effects at import; each file becomes a module of the bundle. */
const ownModules = [
  ['src', '.ts'],
  ['node_modules/kysely/dist/esm', '.js'],
]
/** Left out: the entry, which has an entry point of its own, and Kysely's index, which only re-exports the others. */
const passedOn = new Set(['src/main.ts', 'node_modules/kysely/dist/esm/index.js'])

/** chalk is told its colour level; its own detection of one would load half of Node's network code. */
const withoutItsOwnLevel = [
  { filter: /^#supports-color$/ },
  () => ({
    path: fileURLToPath(import.meta.resolve('chalk').replace('index.js', 'vendor/supports-color/browser.js')),
  }),
]

/** Files of pg that detect their runtime or load more of Node than they need: pg took twice as long with them. */
const pgOnNode = [
  ['stream.cjs', /^\.\/stream$/, 'pg/lib/connection.js'],
  ['crypto.cjs', /^\.\/crypto\/utils$/, 'pg/lib/client.js'],
  ['crypto.cjs', /^\.\/utils$/, 'pg/lib/crypto/sasl.js'],
]

// The published bundle, and for test/torture a bundle that can be told where to fail.
await bundle({ to: 'dist', faultPoints: false })
await bundle({ to: 'dist-with-fault-points', faultPoints: true })
await writeManual()

async function bundle({ to, faultPoints }) {
  const files = await filesOnTheirOwn()
  const { outputFiles, metafile } = await build({
    define: { FAULT_POINTS: String(faultPoints), 'import.meta.url': '__url' },
    entryPoints: {
      program: 'src/main.ts',
      ...Object.fromEntries([...sqlites.map((name) => [name, name]), ...files]),
    },
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    outdir: 'dist',
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    write: false,
    metafile: true,
    external: notBundled,
    plugins: [
      { name: 'colours-are-ours', setup: ({ onResolve }) => onResolve(...withoutItsOwnLevel) },
      {
        name: 'pg-runs-on-node',
        setup: ({ onResolve }) => {
          for (const [file, filter, importer] of pgOnNode)
            onResolve({ filter }, (asked) =>
              asked.importer.endsWith(importer) ? { path: join(root, 'build/pg', file) } : undefined,
            )
          // Imported as 'node:dns', the name under which the loader defers its loading.
          onResolve({ filter: /^dns$/ }, (asked) =>
            asked.importer.includes('/pg/lib/') ? { path: 'node:dns', external: true } : undefined,
          )
        },
      },
    ],
    logLevel: 'warning',
  })
  const { asFunction } = await import('./build/functions.mjs')
  const ordered = inTheirOrder(metafile)
  const modules = await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const name = `./${basename(path)}`
      return { name, code: await asFunction(text, { keepsOrder: ordered.has(name), minify: true }) }
    }),
  )
  await place({ to, modules })
}

/** Makes each file a module of its own, named after its path, so that only modules that are used are loaded. */
async function filesOnTheirOwn() {
  const found = []
  for (const [folder, extension] of ownModules) {
    for (const file of await readdir(join(root, folder), { recursive: true })) {
      if (!file.endsWith(extension) || passedOn.has(`${folder}/${file}`)) continue
      const name = `${folder}/${file.slice(0, -extension.length)}`.replaceAll('/', '~')
      found.push([name, `${folder}/${file}`])
    }
  }
  return found
}

/** Modules that may have side effects at import: all that hold a file outside the folders in `ownModules`. */
function inTheirOrder({ outputs }) {
  const folders = ownModules.map(([folder]) => `${folder}/`)
  const promises = (input) => folders.some((folder) => input.startsWith(folder))
  const found = Object.entries(outputs).filter(([, { inputs }]) => !Object.keys(inputs).every(promises))
  return new Set(found.map(([path]) => `./${basename(path)}`))
}

/** One file of functions and a list of their positions, so that the program is never read as a whole. */
async function inOne(modules) {
  const functions = modules.map(({ name, code }) => [name, `${code},\n`])
  // Files of compiled code bear this digest in their names, so that no other code or cache format uses them.
  const digest = createHash('sha256')
    .update(functions.map(([, text]) => text).join(''))
    .update(await readFile(`${root}bin/compiled-code.js`))
    .digest('hex')
    .slice(0, 32)
  const header = (start, length) =>
    `/*${digest} ${[start, length].map((n) => String(n).padStart(9, '0')).join(' ')}*/[\n`
  let at = header(0, 0).length
  const places = []
  for (const [name, text] of functions) {
    places.push([name, [at, text.length]])
    at += text.length
  }
  const list = JSON.stringify(places)
  return `${header(at + ']/*'.length, list.length)}${functions.map(([, text]) => text).join('')}]/*${list}*/\n`
}

/** Replaces the whole folder by renaming, so that a running program never finds half of a bundle. */
async function place({ to, modules }) {
  const made = `${root}.dist-${process.pid}`
  await mkdir(made)
  await writeFile(`${made}/program.js`, await inOne(modules))
  await writeFile(`${made}/help.json`, JSON.stringify(await helpTexts(made)))
  await shipSqlite(join(made, 'node_modules/better-sqlite3'))
  const old = `${made}-old`
  await rename(`${root}${to}`, old).catch(() => undefined)
  await rename(made, `${root}${to}`)
  await rm(old, { recursive: true, force: true })
}

/**
 * The program's own `--help`, by the width of the output: 80 columns is the width of a pipe and of most terminals; from
 * the length of the longest line on, the text is the same at any width.
 */
async function helpTexts(folder) {
  const [narrow, whole] = await Promise.all([80, 1000].map((width) => helpAt(width, folder)))
  const longest = Math.max(...whole.split('\n').map((line) => line.length))
  return [
    { from: longest + 1, text: whole },
    { from: 80, to: 80, text: narrow },
  ]
}

async function helpAt(width, folder) {
  const loader = JSON.stringify(join(root, 'bin/program.js'))
  const start = `require(${loader}).load({ folder: ${JSON.stringify(folder)}, keepsCompiled: false }).main(['--help'])`
  const env = { PATH: process.env.PATH, COLUMNS: String(width) }
  return (await promisify(execFile)(process.execPath, ['-e', start], { env })).stdout
}

/** The pages of the manual, made from the command tree. */
async function writeManual() {
  const made = join(root, `.dist-${process.pid}-manual.cjs`)
  await build({
    define: { FAULT_POINTS: 'false', 'import.meta.url': '__url' },
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href" },
    entryPoints: [join(root, 'docs/man-pages.ts')],
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    outfile: made,
    external: notBundled,
    logLevel: 'warning',
  })
  try {
    const { manPages } = await import(pathToFileURL(made).href)
    const pages = await manPages()
    const folder = join(root, 'man')
    await mkdir(folder, { recursive: true })
    for (const [name, page] of pages) await writeFile(join(folder, name), page)
    for (const name of await readdir(folder)) if (!pages.has(name)) await rm(join(folder, name))
  } finally {
    await rm(made)
  }
}

/**
 * Ships SQLite for Node 22 and later with its prebuilt addons: npm would otherwise need a compiler to install it.
 * Its JavaScript is in the bundle.
 */
async function shipSqlite(to) {
  const from = join(root, 'node_modules/better-sqlite3')
  for (const part of ['package.json', 'LICENSE', 'prebuilds'])
    await cp(join(from, part), join(to, part), { recursive: true })
}

/** @returns undefined after `npm ci --omit=dev`, which installs no esbuild: the existing bundle stays */
async function loadBuilder() {
  try {
    return await import('esbuild')
  } catch (error) {
    if (process.env.npm_lifecycle_event !== 'prepare' || error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    console.log('esbuild is not installed, so nothing is built.')
    return undefined
  }
}
