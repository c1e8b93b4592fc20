import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type Database from 'better-sqlite3'
import { Unavailable } from '../../errors.ts'
import { shellWord } from '../../shell-word.ts'

type Driver = new (file: string | Buffer, options?: Database.Options) => Database.Database

/**
 * Chosen by Node's version, never by trying: better-sqlite3 13 crashes Node 20 with its first database, and 12 crashes
 * Node 24 when a statement is garbage-collected.
 */
export const driverPackage =
  Number.parseInt(process.versions.node, 10) < 22 ? 'better-sqlite3-node20' : 'better-sqlite3'

const require = createRequire(import.meta.url)
let driver: Driver | undefined
let binary: string | undefined

/** Opens a SQLite database from a file or its bytes; the only place that does. @throws `driver-missing` */
export function connectSqlite(file: string | Buffer, options?: Database.Options): Database.Database {
  driver ??= loadOrExplain((): Driver => require(driverPackage))
  const loaded = driver
  try {
    return new loaded(file, { ...options, ...binaryOptions() })
  } catch (error) {
    // The native binary is loaded with the first database: a missing one is the real cause.
    loadOrExplain(() => new loaded(':memory:', binaryOptions()).close())
    throw error
  }
}

function loadOrExplain<Result>(load: () => Result): Result {
  try {
    return load()
  } catch (cause) {
    const packagePath = packageFolder()
    const reason = `the package ${driverPackage} is not ${packagePath === undefined ? 'installed' : 'built'}`
    const platform = `Node ${process.versions.node} on ${process.platform}-${process.arch}`
    throw new Unavailable('driver-missing', `SQLite cannot be loaded: ${reason} for ${platform}.`, {
      hint: packagePath === undefined ? installHint() : buildHint(packagePath),
      cause,
    })
  }
}

/** The folder of the optional package for Node 20, which npm removes if it could not build it. */
function packageFolder(): string | undefined {
  if (driverPackage === 'better-sqlite3') return undefined
  // Node's own resolution would read every package.json on the way.
  const folders = require.resolve.paths(driverPackage) ?? []
  return folders.map((folder) => join(folder, driverPackage)).find((folder) => existsSync(folder))
}

/** Without this option better-sqlite3 12 loads the package `bindings`, which searches a dozen folders. */
function binaryOptions(): { nativeBinding?: string } {
  const folder = binary === undefined ? packageFolder() : undefined
  if (folder !== undefined) binary = join(folder, 'build/Release/better_sqlite3.node')
  return binary !== undefined && existsSync(binary) ? { nativeBinding: binary } : {}
}

function buildHint(folder: string): string {
  const program = shellWord(dirname(dirname(folder)))
  const build = `(cd ${program} && npm rebuild ${driverPackage} --ignore-scripts=false)`
  return `npm was told to run no install scripts. Run: ${build} with a C++ compiler (Python 3, make, g++), or use Node 22 or later, which needs none.`
}

function installHint(): string {
  const reinstall = 'Install ssh-admin again with this Node'
  return driverPackage === 'better-sqlite3'
    ? `${reinstall}. Its SQLite is made for Linux, macOS and Windows, on x64 and arm64.`
    : `${reinstall} and a C++ compiler (Python 3, make, g++) where nodejs.org can be reached, or use Node 22 or later, which needs none.`
}
