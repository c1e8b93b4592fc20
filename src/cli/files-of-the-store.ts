import { readFileSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { behindLinks, namesIn, withRealFolder } from '../disk.ts'
import { configFilePath } from '../config.ts'
import { Refused } from '../errors.ts'
import { passwordFile, storeNumber, withStoreNumber } from '../server-address.ts'
import type { Session } from './session.ts'

/** What belongs to a store beside its own file, and what this program keeps there. */
const partsOfStore =
  /^(-wal|-shm|-journal|[.](writer|([0-9a-f]{8}[.])?head|[0-9a-f]{16}[.]old|key|before-.*|mail)|[.].*[.](new|restoring|migrating|part|note)([.].*|-wal|-shm|-journal)?)$/

/** Whether a path is the store, its key, or what lies beside them, or is among its messages. */
export function isFileOfTheStore(path: string, session: Session): boolean {
  const real = withRealFolder(path)
  const { stores, mail } = ownPaths(real, session)
  const isOfStore = stores.some(
    (own) =>
      isSameFile(path, own) || pathsOfFile(own).some((known) => real === known || isBeside(real, known)),
  )
  return isOfStore || mail.some((folder) => pathsOfFile(folder).includes(dirname(real)))
}

/** Where the store and its key are, and the folders of its messages. @param real a path that may say its number */
function ownPaths(real: string, { settings, context }: Session): { stores: string[]; mail: string[] } {
  const pathsOf = (...values: readonly string[]) =>
    values
      .flatMap((value) => numbersIn(real, value).map((number) => withStoreNumber(value, number)))
      .map((value) => resolve(context.cwd, value))
  return { stores: pathsOf(settings.db.value, settings.keyFile.value), mail: pathsOf(settings.mailDir.value) }
}

/** Where the store is named by a link, its journal lies beside the file itself. */
function pathsOfFile(own: string): string[] {
  return [...new Set([withRealFolder(own), behindLinks(own)])]
}

function isBeside(real: string, path: string): boolean {
  return real.startsWith(path) && partsOfStore.test(real.slice(path.length))
}

/** A file of another name, and elsewhere, that is one of ours all the same: a second name for it. */
function isSecondName(path: string, session: Session): boolean {
  if ((statsOf(path)?.nlink ?? 1) < 2) return false
  const { stores, mail } = ownPaths(withRealFolder(path), session)
  const beside = stores.flatMap(pathsOfFile).flatMap((known) =>
    namesIn(dirname(known))
      .filter((name) => name.startsWith(basename(known)))
      .map((name) => join(dirname(known), name))
      .filter((file) => file === known || isBeside(file, known)),
  )
  const messages = mail.flatMap((folder) => namesIn(folder).map((name) => join(folder, name)))
  return [...beside, ...messages].some((own) => isSameFile(path, own))
}

/** A copy of the key opens as much as the key does. */
function isCopyOfKey(path: string, { settings, context }: Session): boolean {
  const key = settings.keyFile.value
  const [own, copy] = [statsOf(resolve(context.cwd, key)), statsOf(path)]
  if (!own?.isFile() || !copy?.isFile() || own.size !== copy.size || own.size === 0) return false
  try {
    return readFileSync(resolve(context.cwd, key)).equals(readFileSync(path))
  } catch {
    // Whoever reads the file says what is wrong with it, and a key that cannot be read is in no copy.
    return false
  }
}

/** The store is not open yet: its number is any that stands in the path, or in the name of a file where its own lie. */
function numbersIn(path: string, setting: string): string[] {
  if (!setting.includes(storeNumber)) return [storeNumber]
  const names = [path, ...namesIn(dirname(setting))]
  return [storeNumber, ...names.flatMap((name) => name.match(/[0-9a-f]{24}/g) ?? [])]
}

/**
 * What is read to be kept in the store, or told to people: it is never the store itself, its key, a file of theirs
 * under whatever name, a password, or the configuration.
 * @throws `same-file`
 */
export function refuseToTakeIn(file: string, session: Session): void {
  const path = resolve(session.context.cwd, file)
  const hint = 'Name another file.'
  const isOurs = [path, behindLinks(path)].some((each) => isFileOfTheStore(each, session))
  if (isOurs || isSecondName(path, session)) throw fileOfTheStore(file, hint)
  if (isCopyOfKey(path, session))
    throw new Refused('same-file', `${file} is a copy of the key of this store.`, { hint })
  refuseFileOfTheDesk(file, session)
}

/** Neither read nor written over: passwords, and the configuration. @throws `same-file` */
export function refuseFileOfTheDesk(file: string, session: Session): void {
  const path = resolve(session.context.cwd, file)
  const found = filesOfTheDesk(session).find(({ own }) => isSameFile(path, own))
  if (found) throw new Refused('same-file', `${file} ${found.what}.`, { hint: 'Name another file.' })
}

/** What whoever sits here keeps for this program, wherever it lies. */
function filesOfTheDesk({ settings, context }: Session): { own: string; what: string }[] {
  const password = settings.smtpPasswordFile.value
  const files = [
    { own: passwordFile(context.env), what: 'holds passwords of PostgreSQL' },
    { own: configFilePath(context), what: 'is the configuration of this program' },
    ...(password === undefined ? [] : [{ own: password, what: 'holds the password of the mail server' }]),
  ]
  return files.map(({ own, what }) => ({ own: resolve(context.cwd, own), what }))
}

export function fileOfTheStore(file: string, hint: string): Refused {
  return new Refused(
    'same-file',
    `${file} belongs to the store: it is the store, its key, or lies beside them.`,
    { hint },
  )
}

/** Under this name or that; what cannot be looked at is said by whoever reads it. */
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
