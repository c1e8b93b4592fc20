import type { ImportRow } from '../db/imports/imports.ts'
import {
  type CreatedCentre,
  type CreatedUser,
  centresCreatedBy,
  removeCentres,
  removeUsers,
  usersCreatedBy,
  voidPinsOfImport,
} from '../db/imports/undo.ts'
import { isErased } from '../db/users/erased-accounts.ts'
import type { Trx } from '../db/transact.ts'
import type { LeftAlone } from '../rules/imports.ts'

/** Removes the users that are as the import made them; the others are named, their PINs of it void. */
export async function removeCreatedUsers(
  trx: Trx,
  imported: ImportRow,
): Promise<{ removed: number; pinsVoided: number; left: LeftAlone[] }> {
  const { gone, left } = partedBy(await usersCreatedBy(trx, imported.id), {
    reasonFor: (user) => reasonToKeepUser(user, imported),
    what: ({ email }) => email,
  })
  await removeUsers(trx, gone)
  const voided = await voidPinsOfImport(trx, imported)
  return { removed: gone.length, pinsVoided: gone.length + voided, left }
}

/** Removes the centres that are as the import made them, associate centres before their Associate. */
export async function removeCreatedCentres(
  trx: Trx,
  { id }: ImportRow,
): Promise<{ removed: number; left: LeftAlone[] }> {
  const parting = { reasonFor: reasonToKeepCentre, what: ({ number }: CreatedCentre) => number }
  const before = (await centresCreatedBy(trx, id)).filter(({ kind }) => kind === 'associate-centre')
  const first = partedBy(before, parting)
  await removeCentres(trx, first.gone)
  // What had an associate centre then may have none now.
  const { gone, left } = partedBy(await centresCreatedBy(trx, id), parting)
  await removeCentres(trx, gone)
  return { removed: first.gone.length + gone.length, left }
}

function partedBy<Created extends { id: number }>(
  created: readonly Created[],
  { reasonFor, what }: { reasonFor: (one: Created) => string | undefined; what: (one: Created) => string },
): { gone: number[]; left: LeftAlone[] } {
  const gone: number[] = []
  const left: LeftAlone[] = []
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
  if (user.status === 'active') return 'activated'
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
