import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { OpenStore } from '../../db/open.ts'
import type { Nonces, PreparedFile } from '../../import/pin-sheet.ts'
import type { Given } from '../../rules/actor.ts'
import type { Tables } from '../../workbook/write.ts'
import type { Session } from '../session.ts'
import type { ImportPlaces } from './import-places.ts'
import type { ReadyImport } from './ready-import.ts'

interface Preparing {
  session: Session
  store: OpenStore
  given: Given
  ready: ReadyImport
  places: ImportPlaces
  nonces: Nonces
}

/** The sheet of PINs, whole on the disk beside its place before anything is committed. */
export async function preparePins({
  session,
  store,
  given,
  ready,
  places,
  nonces,
}: Preparing): Promise<PreparedFile> {
  const { pinsOfNewUsers, prepareFile } = await import('../../import/pin-sheet.ts')
  const { pinTables } = await import('../../import/pin-slips.ts')
  const { plan } = ready
  const rows = {
    [Symbol.iterator]: () =>
      pinsOfNewUsers({
        users: plan.newUsers,
        nonces,
        pinKey: store.keys().pin,
        centreNames: { get: centreNamesAfter(ready) },
        at: given.at,
      }),
  }
  const hub = session.settings.baseUrl.value ?? ''
  const sheets = pinTables({ rows, count: plan.newUsers.length, layout: places.slips, hub })
  const beside = resolve(session.context.cwd, places.pins ?? 'new-user-pins.xlsx')
  return prepareFile(beside, { sheets, at: given.at })
}

/** What centres are called after an import, asked for in the order of its users, which is that of the new centres. */
function centreNamesAfter({ plan, centreNames }: ReadyImport): (number: string) => string | undefined {
  const renamed = new Map(plan.renames.map(({ number, after }) => [number, after]))
  let at = 0
  return (number) => {
    while ((plan.newCentres[at]?.number ?? number) < number) at += 1
    const made = plan.newCentres[at]
    if (made?.number === number) return made.name
    return renamed.get(number) ?? centreNames.get(number)
  }
}

/** A sheet of another import is never overwritten by default. */
export function pinsPlace({ session, places, id }: { session: Session; places: ImportPlaces; id: number }) {
  const { cwd } = session.context
  if (places.pins !== undefined) return { shown: places.pins, path: resolve(cwd, places.pins) }
  let shown = `new-user-pins-${id}.xlsx`
  for (let more = 2; existsSync(join(cwd, shown)); more += 1) shown = `new-user-pins-${id}-${more}.xlsx`
  return { shown, path: join(cwd, shown) }
}

export async function placePins(
  prepared: PreparedFile,
  { session, places, id }: { session: Session; places: ImportPlaces; id: number },
): Promise<{ file: string | null; owed: boolean }> {
  const { shown, path } = pinsPlace({ session, places, id })
  try {
    await prepared.place(path)
    return { file: shown, owed: false }
  } catch {
    // The import stands; only its sheet could not be put in place.
    await prepared.discard()
    session.notify({
      code: 'pins-not-placed',
      message: `The import is done, but ${shown} could not be written. To make it again: ssh-admin centres pins ${id} --out FILE`,
    })
    return { file: null, owed: true }
  }
}

export async function prepareIssues({
  session,
  given,
  ready: { roster, plan },
  places,
}: Omit<Preparing, 'store' | 'nonces'>): Promise<PreparedFile | undefined> {
  if (places.issues === undefined || !roster || plan.rows.heldBack === 0) return undefined
  if (session.common.dryRun) {
    session.notify({
      code: 'issues-not-written',
      message: `This is a rehearsal: ${places.issues} with the rows held back (${plan.rows.heldBack}) is not written.`,
    })
    return undefined
  }
  const { issuesSheet, partOfRoster } = await import('../../import/issues-sheet.ts')
  const { prepareFile } = await import('../../import/pin-sheet.ts')
  const sheets: Tables = [issuesSheet(roster, plan.issues)]
  return prepareFile(places.issues, { sheets, at: given.at, marks: [partOfRoster] })
}

/** @returns whether it is where it was wanted */
export async function placeIssues(
  prepared: PreparedFile | undefined,
  { session, places }: Pick<Preparing, 'session' | 'places'>,
): Promise<boolean> {
  if (!prepared || places.issues === undefined) return true
  try {
    await prepared.place(places.issues)
    session.say(`The rows held back, with the reasons: ${places.issues}`)
    return true
  } catch {
    await prepared.discard()
    session.notify({
      code: 'issues-not-placed',
      message: `The rows held back could not be written to ${places.issues}. To get them: import the workbook again with --issues-out FILE`,
    })
    return false
  }
}
