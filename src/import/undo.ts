import {
  restoreDeletedUser,
  cancelLettersOfImport,
  type ChangeToUndo,
  changesToUndo,
  markUndone,
  setCentreApproved,
  setCentreName,
  type CreatedCentre,
  type CreatedUser,
  centresCreatedBy,
  usersCreatedBy,
  voidPinsOfImport,
} from '../db/imports/undo.ts'
import { type UnrevertedChange, letterSent, findImportByNumber } from '../rules/imports.ts'
import { setCentreDeleted } from '../db/centres/changes.ts'
import { removeRows } from '../db/rows.ts'
import { isErased } from '../db/users/users.ts'
import { centresOfImport, type ImportRow, removePendingPinSheet } from '../db/imports/imports.ts'
import { intactImportsAbout } from '../db/audit/imports-in-log.ts'
import { changeListDigest } from '../db/imports/write.ts'
import type { Trx } from '../db/transact.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { type Closing, trackClosings } from '../rules/releases/what-closes.ts'
import { permit } from '../rules/permissions/decide.ts'
import { appendAudit } from '../rules/audit/append.ts'
import { centreSearchKey } from '../search-key.ts'

export interface UndoResult {
  import: ImportRow
  changed: boolean
  undone: typeof nothingUndone
  left: UnrevertedChange[]
  /** What was open for the import's centres, and is not any more. */
  closes: readonly Closing[]
  /** What is open for the centres that come back. */
  opens: readonly Closing[]
}

const nothingUndone = {
  usersRemoved: 0,
  centresRemoved: 0,
  namesGivenBack: 0,
  centresRestored: 0,
  usersRestored: 0,
  centresDeletedAgain: 0,
  pinsVoided: 0,
  lettersCancelled: 0,
}

/** Takes an import back as if it had not been; whatever has changed since is named and left alone. */
export async function undoImport(
  trx: Trx,
  { id, ctx }: { id: number; ctx: RuleContext },
): Promise<UndoResult> {
  const imported = await findImportByNumber(trx, id)
  permit(ctx, 'centres.import', { name: String(id) })
  if (imported.state === 'undone')
    return { import: imported, changed: false, undone: nothingUndone, left: [], closes: [], opens: [] }

  const letters = await cancelLettersOfImport(trx, id)
  const othersAbout = await intactImportsAbout(trx, id)
  const { result, closes, opens } = await trackClosings(trx, {
    scope: { numbers: await centresOfImport(trx, id) },
    ctx,
    work: async () => {
      const users = await removeCreatedUsers(trx, imported)
      const changes = await undoChanges(trx, imported)
      return { users, changes, centres: await removeCreatedCentres(trx, imported) }
    },
  })
  const { users, changes, centres } = result
  const undone = {
    ...nothingUndone,
    ...changes.undone,
    usersRemoved: users.removed,
    centresRemoved: centres.removed,
    pinsVoided: users.pinsVoided,
    lettersCancelled: letters.cancelled,
  }
  const lettersLeft = letters.sentTo.map((what) => ({ what, reason: letterSent }))
  const left = [...users.left, ...centres.left, ...changes.left, ...lettersLeft]
  const at = ctx.at.toISOString()
  await markUndone(trx, { id, at })
  await removePendingPinSheet(trx, id)
  await appendAudit(trx, {
    actor: ctx.actor,
    at: ctx.at,
    action: 'centres.import-undone',
    subject: imported.file,
    // The digest of the remaining changes, which only taking another import back can alter now.
    facts: {
      import: id,
      undone,
      left: left.length,
      changes: await changeListDigest(trx, id),
      ...(othersAbout.length === 0 ? {} : { others: await changeListDigests(trx, othersAbout) }),
    },
  })
  const row = { ...imported, state: 'undone' as const, undone_at: at }
  return { import: row, changed: true, undone, left, closes, opens }
}

async function changeListDigests(trx: Trx, importIds: readonly number[]): Promise<Record<number, string>> {
  const digests: Record<number, string> = {}
  for (const id of importIds) digests[id] = await changeListDigest(trx, id)
  return digests
}

type Counter = keyof typeof nothingUndone

async function undoChanges(trx: Trx, imported: ImportRow) {
  const undone: Partial<Record<Counter, number>> = {}
  const left: UnrevertedChange[] = []
  for (const change of await changesToUndo(trx, imported)) {
    const outcome = await undoChange(trx, { change, imported })
    if (typeof outcome === 'string') undone[outcome] = (undone[outcome] ?? 0) + 1
    else if (outcome) left.push(outcome)
  }
  return { undone, left: left.reverse() }
}

/** Undoes a change only where its result is still as the import left it. @returns what to count, or what is left */
async function undoChange(
  trx: Trx,
  { change, imported }: { change: ChangeToUndo; imported: ImportRow },
): Promise<Counter | UnrevertedChange | undefined> {
  const { kind, before, after, centre, user } = change
  if (kind === 'user-deleted') {
    if (user?.status !== 'deleted') return undefined
    if (isErased(user)) return { what: user.email, reason: 'erased' }
    if (user.deletedAt !== imported.at) return { what: user.email, reason: 'deleted-again' }
    if (user.addressInUse) return { what: user.email, reason: 'address-in-use' }
    await restoreDeletedUser(trx, { id: user.id, pinState: before })
    return 'usersRestored'
  }
  if (!centre) return undefined
  const { id, number } = centre
  if (kind === 'centre-renamed') {
    if (before === null || centre.name !== after) return { what: number, reason: 'name-changed-again' }
    await setCentreName(trx, { id, name: before, centreKey: centreSearchKey({ number, name: before }) })
    return 'namesGivenBack'
  }
  if (kind === 'centre-deleted') {
    if (centre.deletedAt === null) return undefined
    if (centre.deletedAt !== imported.at) return { what: number, reason: 'deleted-again' }
    await setCentreDeleted(trx, { id, at: null })
    return 'centresRestored'
  }
  if (kind === 'centre-restored') {
    if (centre.deletedAt !== null) return undefined
    // Deleting the centre again would lock out somebody who has begun to use it.
    if (centre.usedSince) return { what: number, reason: 'in-use' }
    await setCentreDeleted(trx, { id, at: before })
    return 'centresDeletedAgain'
  }
  if (centre.hasCoordinator) return { what: number, reason: 'has-coordinator' }
  await setCentreApproved(trx, id)
  return undefined
}

/**
 * Removes the users that are as the import made them; the others are named, and their PINs of this import become void.
 */
async function removeCreatedUsers(
  trx: Trx,
  imported: ImportRow,
): Promise<{ removed: number; pinsVoided: number; left: UnrevertedChange[] }> {
  const { gone, left } = splitByReason(await usersCreatedBy(trx, imported.id), {
    reasonFor: (user) => reasonToKeepUser(user, imported),
    what: ({ email }) => email,
  })
  await removeRows(trx, { table: 'users', ids: gone })
  const voided = await voidPinsOfImport(trx, imported)
  return { removed: gone.length, pinsVoided: gone.length + voided, left }
}

/** Removes the centres that are as the import made them, associate centres before their Associate. */
async function removeCreatedCentres(
  trx: Trx,
  { id }: ImportRow,
): Promise<{ removed: number; left: UnrevertedChange[] }> {
  const parting = { reasonFor: reasonToKeepCentre, what: ({ number }: CreatedCentre) => number }
  const before = (await centresCreatedBy(trx, id)).filter(({ kind }) => kind === 'associate-centre')
  const first = splitByReason(before, parting)
  await removeRows(trx, { table: 'centres', ids: first.gone })
  // A centre that had an associate centre before may have none now.
  const { gone, left } = splitByReason(await centresCreatedBy(trx, id), parting)
  await removeRows(trx, { table: 'centres', ids: gone })
  return { removed: first.gone.length + gone.length, left }
}

function splitByReason<Created extends { id: number }>(
  created: readonly Created[],
  { reasonFor, what }: { reasonFor: (one: Created) => string | undefined; what: (one: Created) => string },
): { gone: number[]; left: UnrevertedChange[] } {
  const gone: number[] = []
  const left: UnrevertedChange[] = []
  for (const one of created) {
    const reason = reasonFor(one)
    if (reason === undefined) gone.push(one.id)
    else left.push({ what: what(one), reason })
  }
  return { gone, left }
}

/** Why a user whom an import created is left alone; undefined for one who is as the import made them. */
export function reasonToKeepUser(user: CreatedUser, { at }: Pick<ImportRow, 'at'>): string | undefined {
  if (user.status === 'deleted') return isErased(user) ? 'erased' : 'deleted'
  if (user.status === 'suspended') return 'suspended'
  if (user.status === 'active' || user.hasPassword) return 'activated'
  if (user.wasSuspended) return 'was-suspended'
  if (user.hasSignedIn) return 'signed-in'
  if (user.isEdited) return 'edited'
  if (user.pinIssuedAt !== null && user.pinIssuedAt !== at) return 'newer-pin'
  if (user.hasProgressionTests) return 'has-progression-tests'
  if (user.hasAssociateCentres) return 'has-associate-centres'
  return user.isInAnotherImport ? 'in-another-import' : undefined
}

export function reasonToKeepCentre(centre: CreatedCentre): string | undefined {
  if (centre.isDeleted) return 'deleted'
  if (centre.isEdited) return 'edited'
  if (centre.hasUsers) return 'has-users'
  if (centre.hasAssociateCentres) return 'has-associate-centres'
  return centre.isInAnotherImport ? 'in-another-import' : undefined
}
