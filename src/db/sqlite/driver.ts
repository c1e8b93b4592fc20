import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type Database from 'better-sqlite3'
import { Unavailable } from '../../errors.ts'
import { shellWord } from '../../shell-word.ts'

type Driver = new (file: string | Buffer, options?: Database.Options) => Database.Database

/**
 * Chosen by the version of Node, never by trying: on Node 20 the first database of better-sqlite3 13
 * ends the process, and 12 does so on Node 24 when a statement is garbage-collected.
 */
export const driverPackage =
  Number.parseInt(process.versions.node, 10) < 22 ? 'better-sqlite3-node20' : 'better-sqlite3'

const require = createRequire(import.meta.url)
let driver: Driver | undefined
let binary: string | undefined

/** Opens a SQLite database, or a copy in memory of one's bytes: the one place where one is. @throws `driver-missing` */
export function connectSqlite(file: string | Buffer, options?: Database.Options): Database.Database {
  driver ??= orDriverMissing((): Driver => require(driverPackage))
  const loaded = driver
  try {
    return new loaded(file, { ...options, ...binaryOptions() })
  } catch (error) {
    // The binary behind it is not looked for before the first database: where there is none, that is what is wrong.
    orDriverMissing(() => new loaded(':memory:', binaryOptions()).close())
    throw error
  }
}

function orDriverMissing<Result>(load: () => Result): Result {
  try {
    return load()
  } catch (cause) {
    const unbuilt = packageFolder()
    const of = `the package ${driverPackage} is not ${unbuilt === undefined ? 'installed' : 'built'}`
    const here = `Node ${process.versions.node} on ${process.platform}-${process.arch}`
    throw new Unavailable('driver-missing', `SQLite cannot be loaded: ${of} for ${here}.`, {
      hint: unbuilt === undefined ? installHint() : buildHint(unbuilt),
      cause,
    })
  }
}

/** The package that is there without what is compiled: npm removes one that it could not build. */
function packageFolder(): string | undefined {
  if (driverPackage === 'better-sqlite3') return undefined
  // By itself Node would read what each package.json on the way says.
  const folders = require.resolve.paths(driverPackage) ?? []
  return folders.map((folder) => join(folder, driverPackage)).find((folder) => existsSync(folder))
}

/** Better-sqlite3 12 loads a package that looks for its binary in a dozen folders, unless it is told. */
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
  const again = 'Install ssh-admin again with this Node'
  return driverPackage === 'better-sqlite3'
    ? `${again}. Its SQLite is made for Linux, macOS and Windows, on x64 and arm64.`
    : `${again} and a C++ compiler (Python 3, make, g++) where nodejs.org can be reached, or use Node 22 or later, which needs none.`
}
