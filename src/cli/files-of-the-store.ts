import { readdirSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Refused } from '../errors.ts'
import { storeNumber, withStoreNumber } from '../shared-place.ts'
import type { Session } from './session.ts'
import { behindLinks, realPlace } from './store-paths.ts'

/** What belongs to a store beside its own file, and what this program keeps there. */
const partsOfStore =
  /^(-wal|-shm|-journal|[.](writer|head|key|before-.*|mail)|[.].*[.](new|restoring|migrating|part|note)([.].*|-wal|-shm|-journal)?)$/

/** Whether a path is the store, its key, or what lies beside them, or is among its messages. */
export function isFileOfTheStore(path: string, { settings, context }: Session): boolean {
  const real = realPlace(path)
  const pathsOf = (...values: (string | undefined)[]) =>
    values
      .filter((value) => value !== undefined)
      .flatMap((value) => numbersIn(real, value).map((number) => withStoreNumber(value, number)))
      .map((value) => resolve(context.cwd, value))
  const isOfStore = pathsOf(settings.db.value, settings.keyFile.value).some((own) => {
    if (isSameFile(path, own)) return true
    // Where the store is named by a link, its journal lies beside the file itself.
    return [realPlace(own), behindLinks(own)].some(
      (place) => real === place || (real.startsWith(place) && partsOfStore.test(real.slice(place.length))),
    )
  })
  const isInMail = pathsOf(settings.mailDir.value).some((mail) =>
    [realPlace, behindLinks].some((placeOf) => dirname(real) === placeOf(mail)),
  )
  return isOfStore || isInMail
}

/** The store is not open yet: its number is any that stands in the path, or in the name of a file where its own lie. */
function numbersIn(path: string, setting: string): string[] {
  if (!setting.includes(storeNumber)) return [storeNumber]
  const names = [path, ...namesIn(dirname(setting))]
  return [storeNumber, ...names.flatMap((name) => name.match(/[0-9a-f]{24}/g) ?? [])]
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/**
 * What is read to be kept in the store, or told to people: it is never the store itself, its key, a file of theirs
 * under whatever name, or the password of the mail server.
 * @throws `same-file`
 */
export function refuseToTakeIn(file: string, session: Session): void {
  const { settings, context } = session
  const path = resolve(context.cwd, file)
  const hint = 'Name another file.'
  if ([path, behindLinks(path)].some((each) => isFileOfTheStore(each, session))) {
    throw fileOfTheStore(file, hint)
  }
  const password = settings.smtpPasswordFile.value
  if (password === undefined || !isSameFile(path, resolve(context.cwd, password))) return
  throw new Refused('same-file', `${file} holds the password of the mail server.`, { hint })
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
