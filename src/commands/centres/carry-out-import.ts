import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { OpenStore } from '../../db/open.ts'
import type { Trx } from '../../db/transact.ts'
import { Cancelled } from '../../errors.ts'
import type { Source } from '../../import/apply.ts'
import type { Deletions } from '../../import/deletions.ts'
import type { Nonces, PreparedFile } from '../../import/pin-sheet.ts'
import type { Plan } from '../../import/plan.ts'
import type { Touched } from '../../import/read-store.ts'
import type { Roster } from '../../import/roster.ts'
import { agree } from '../../prompt.ts'
import {
  describePlan,
  type ImportAnswer,
  importJson,
  importQuestion,
  renderImport,
} from '../../render/import.ts'
import type { Given } from '../../rules/actor.ts'
import { changedMeanwhile, checkMail } from '../changing.ts'
import { answer } from '../doing.ts'
import type { Session } from '../session.ts'
import type { ImportPlaces } from './import-places.ts'
import { sendLetters } from './send-letters.ts'

/** A plan with all that applying it needs. */
export interface ReadyImport {
  source: Source
  path: string | null
  plan: Plan
  deletions: Deletions
  sendMail: boolean
  touched: Touched
  /** Of what planning read of the store. */
  storeDigest: () => string
  /** SQLite's count of others' writes when it was read. */
  version: number
  centreNames: ReadonlyMap<string, string>
  /** Absent for a saved plan, and where no rows are to be written out. */
  roster: Roster | undefined
  /** It was shown already, before what the workbook lacks was offered for deletion. */
  described: boolean
}

interface CarryingOut {
  session: Session
  store: OpenStore
  given: Given
  ready: ReadyImport
  places: ImportPlaces
  started: number
  asks: boolean
}

/** Shows the plan, asks, writes the PINs beside their place, commits, puts them in place, sends the letters, answers. */
export async function carryOutImport(work: CarryingOut): Promise<number> {
  const { session, ready, started, asks } = work
  const { changesNothing, countsOf } = await import('../../import/apply.ts')
  const { plan, deletions, source } = ready
  const { dryRun } = session.common
  const counts = countsOf(plan, deletions)
  const nothing = changesNothing(counts)
  let asked = 0
  if (asks) {
    const lines = ready.described ? [] : describePlan(plan, deletions, session.terminal.err)
    for (const line of lines) session.say(line)
    const before = performance.now()
    if (!nothing) await agree(session.terminal, importQuestion(counts))
    asked = performance.now() - before
  }
  if (session.context.signal.aborted) throw new Cancelled()
  // What can go wrong with a file goes wrong before anything is changed.
  const issues = await prepareIssues(work)
  const done = await (nothing ? nothingDone : applyOrRehearse(work)).catch(async (error: unknown) => {
    await issues?.discard()
    throw error
  })
  const placed = (await placeIssues(issues, work)) && !done.owed
  const elapsedMs = Math.round(performance.now() - started - asked)
  const letters = await sendLetters(done.letters, work)
  const imported: ImportAnswer = {
    id: dryRun ? null : done.id,
    state: dryRun ? 'planned' : 'applied',
    source,
    counts,
    plan,
    pins: { file: done.file, count: plan.newUsers.length },
    mail: { queued: done.queued },
    letters: letters.states,
    elapsedMs,
    dryRun,
  }
  await answer(session, { text: renderImport(imported, session.terminal.out), json: importJson(imported) })
  if (dryRun) session.say('This was a rehearsal: nothing was changed.')
  if (plan.rows.heldBack > 0) return 8
  return placed && !letters.owed ? 0 : 9
}

const nothingDone = Promise.resolve({ id: null, file: null, queued: 0, letters: [], owed: false })

interface Done {
  id: number
  file: string | null
  queued: number
  /** The letters to deliver, by their numbers. */
  letters: readonly number[]
  owed: boolean
}

async function applyOrRehearse({ session, store, given, ready, places }: CarryingOut): Promise<Done> {
  const { applyImport, noncesFor } = await import('../../import/apply.ts')
  const { commit, rehearse } = await import('../../db/transact.ts')
  const { plan, deletions, source } = ready
  const nonces = noncesFor(plan, given.random)
  const work = async (trx: Trx) => {
    await refuseChangedStore({ store, ready })
    const id = await applyImport(trx, { plan, deletions, source, nonces, given })
    const queued = ready.sendMail ? await queueMail(trx, { id, given }) : 0
    await checkMail(trx, { session })
    return { id, queued }
  }
  if (session.common.dryRun) {
    const { id, queued } = await rehearse(store, work)
    return {
      id,
      queued,
      letters: [],
      file: plan.newUsers.length > 0 ? pinsPlace({ session, places, id }).shown : null,
      owed: false,
    }
  }
  const prepared =
    plan.newUsers.length > 0 ? await preparePins({ session, store, given, ready, places, nonces }) : undefined
  try {
    const { result, owed: letters } = await commit(store, work)
    if (!prepared) return { ...result, letters, file: null, owed: false }
    return { ...result, letters, ...(await placePins(prepared, { session, places, id: result.id })) }
  } catch (error) {
    await prepared?.discard()
    throw error
  }
}

async function queueMail(trx: Trx, { id, given }: { id: number; given: Given }): Promise<number> {
  const { queueActivationLetters } = await import('../../rules/queue-activation-letters.ts')
  return queueActivationLetters(trx, { importId: id, given })
}

/** What was planned is what is done: if the store's part has changed since, nothing happens. */
async function refuseChangedStore({ store, ready }: { store: OpenStore; ready: ReadyImport }): Promise<void> {
  const { readStore, storeVersion } = await import('../../import/read-store.ts')
  if (storeVersion(store.raw) === ready.version) return
  const { digestOfView } = await import('../../db/import-view.ts')
  const { view } = readStore(store.raw, ready.touched)
  if (digestOfView(view) !== ready.storeDigest()) throw changedMeanwhile()
}

interface Preparing {
  session: Session
  store: OpenStore
  given: Given
  ready: ReadyImport
  places: ImportPlaces
  nonces: Nonces
}

async function preparePins({
  session,
  store,
  given,
  ready,
  places,
  nonces,
}: Preparing): Promise<PreparedFile> {
  const { pinSheet, pinsOfNewUsers, prepareFile } = await import('../../import/pin-sheet.ts')
  const { plan } = ready
  const pins = pinsOfNewUsers({
    users: plan.newUsers,
    nonces,
    pinKey: store.keys().pin,
    centreNames: { get: centreNamesAfter(ready) },
    at: given.at,
  })
  const beside = resolve(session.context.cwd, places.pins ?? 'new-user-pins.xlsx')
  return prepareFile(beside, { sheet: pinSheet(pins), at: given.at })
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
function pinsPlace({ session, places, id }: { session: Session; places: ImportPlaces; id: number }) {
  const { cwd } = session.context
  if (places.pins !== undefined) return { shown: places.pins, path: resolve(cwd, places.pins) }
  let shown = `new-user-pins-${id}.xlsx`
  for (let more = 2; existsSync(join(cwd, shown)); more += 1) shown = `new-user-pins-${id}-${more}.xlsx`
  return { shown, path: join(cwd, shown) }
}

async function placePins(
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
}: Pick<CarryingOut, 'session' | 'given' | 'ready' | 'places'>): Promise<PreparedFile | undefined> {
  if (places.issues === undefined || !roster || plan.rows.heldBack === 0) return undefined
  if (session.common.dryRun) return undefined
  const { issuesSheet } = await import('../../import/issues-sheet.ts')
  const { prepareFile } = await import('../../import/pin-sheet.ts')
  return prepareFile(places.issues, { sheet: issuesSheet(roster, plan.issues), at: given.at })
}

/** @returns whether it is where it was wanted */
export async function placeIssues(
  prepared: PreparedFile | undefined,
  { session, places }: Pick<CarryingOut, 'session' | 'places'>,
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
