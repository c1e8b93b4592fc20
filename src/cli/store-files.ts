import { readFileSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { tryRealPath, listNames, resolveFolderLinks } from '../disk.ts'
import { configFilePath } from '../config.ts'
import { Refused } from '../errors.ts'
import { passwordFile, storeIdPlaceholder, fillInStoreId } from '../server-address.ts'
import type { Session } from './session.ts'

/** What follows the store's path in the names of the files beside it: SQLite's own, and those of this program. */
const storeFileSuffix =
  /^(-wal|-shm|-journal|[.](writer|([0-9a-f]{8}[.])?head|[0-9a-f]{16}[.]old|key|before-.*|mail)|[.].*[.](new|restoring|migrating|part|note)([.].*|-wal|-shm|-journal)?)$/

/** Whether a path is the store, its key, a file beside them, or a message in the mail folder. */
export function isStoreFile(path: string, session: Session): boolean {
  const real = resolveFolderLinks(path)
  const { stores, mail } = storePaths(real, session)
  const isOfStore = stores.some(
    (own) =>
      isSameFile(path, own) || pathsOfFile(own).some((known) => real === known || isBeside(real, known)),
  )
  return isOfStore || mail.some((folder) => pathsOfFile(folder).includes(dirname(real)))
}

/** The paths of the store, its key and its mail folders. @param real a path that may hold the store's number */
function storePaths(real: string, { settings, context }: Session): { stores: string[]; mail: string[] } {
  const pathsOf = (...values: readonly string[]) =>
    values
      .flatMap((value) => storeNumbersIn(real, value).map((number) => fillInStoreId(value, number)))
      .map((value) => resolve(context.cwd, value))
  return { stores: pathsOf(settings.db.value, settings.keyFile.value), mail: pathsOf(settings.mailDir.value) }
}

/** Where a symlink names the store, SQLite puts its journal beside the real file, so both paths count. */
function pathsOfFile(own: string): string[] {
  return [...new Set([resolveFolderLinks(own), tryRealPath(own)])]
}

function isBeside(real: string, path: string): boolean {
  return real.startsWith(path) && storeFileSuffix.test(real.slice(path.length))
}

/** Whether a path is a hard link to one of the store's files. */
function isHardLinkToStoreFile(path: string, session: Session): boolean {
  if ((statsOf(path)?.nlink ?? 1) < 2) return false
  const { stores, mail } = storePaths(resolveFolderLinks(path), session)
  const beside = stores.flatMap(pathsOfFile).flatMap((known) =>
    listNames(dirname(known))
      .filter((name) => name.startsWith(basename(known)))
      .map((name) => join(dirname(known), name))
      .filter((file) => file === known || isBeside(file, known)),
  )
  const messages = mail.flatMap((folder) => listNames(folder).map((name) => join(folder, name)))
  return [...beside, ...messages].some((own) => isSameFile(path, own))
}

/** Whether a file has the key's bytes: a copy of the key opens as much as the key does. */
function isCopyOfKey(path: string, { settings, context }: Session): boolean {
  const key = settings.keyFile.value
  const [own, copy] = [statsOf(resolve(context.cwd, key)), statsOf(path)]
  if (!own?.isFile() || !copy?.isFile() || own.size !== copy.size || own.size === 0) return false
  try {
    return readFileSync(resolve(context.cwd, key)).equals(readFileSync(path))
  } catch {
    // The command reports the error when it reads the file, and nothing can be a copy of a key that cannot be read.
    return false
  }
}

/** The store is not open yet, so any number in the path, or in a file's name beside the setting, may be its number. */
function storeNumbersIn(path: string, setting: string): string[] {
  if (!setting.includes(storeIdPlaceholder)) return [storeIdPlaceholder]
  const names = [path, ...listNames(dirname(setting))]
  return [storeIdPlaceholder, ...names.flatMap((name) => name.match(/[0-9a-f]{24}/g) ?? [])]
}

/**
 * Refuses an input file whose content would be saved in the store or sent to people, if it is the store, its key, one
 * of their files under any name, a password file, or the configuration.
 * @throws `same-file`
 */
export function refuseStoreFileAsInput(file: string, session: Session): void {
  const path = resolve(session.context.cwd, file)
  const hint = 'Name another file.'
  const isOurs = [path, tryRealPath(path)].some((each) => isStoreFile(each, session))
  if (isOurs || isHardLinkToStoreFile(path, session)) throw storeFileRefusal(file, hint)
  if (isCopyOfKey(path, session))
    throw new Refused('same-file', `${file} is a copy of the key of this store.`, { hint })
  refuseOperatorFile(file, session)
}

/** Refuses to read or overwrite password files and the configuration. @throws `same-file` */
export function refuseOperatorFile(file: string, session: Session): void {
  const path = resolve(session.context.cwd, file)
  const found = operatorFiles(session).find(({ own }) => isSameFile(path, own))
  if (found) throw new Refused('same-file', `${file} ${found.what}.`, { hint: 'Name another file.' })
}

/** The operator's own files for this program: passwords and the configuration. */
function operatorFiles({ settings, context }: Session): { own: string; what: string }[] {
  const password = settings.smtpPasswordFile.value
  const files = [
    { own: passwordFile(context.env), what: 'holds passwords of PostgreSQL' },
    { own: configFilePath(context), what: 'is the configuration of this program' },
    ...(password === undefined ? [] : [{ own: password, what: 'holds the password of the mail server' }]),
  ]
  return files.map(({ own, what }) => ({ own: resolve(context.cwd, own), what }))
}

export function storeFileRefusal(file: string, hint: string): Refused {
  return new Refused(
    'same-file',
    `${file} belongs to the store: it is the store, its key, or lies beside them.`,
    { hint },
  )
}

/** Whether two paths are the same file; false where one cannot be read: opening the file reports that. */
export function isSameFile(path: string, other: string): boolean {
  const [one, two] = [path, other].map(statsOf)
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
