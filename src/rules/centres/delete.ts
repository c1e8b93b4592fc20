import { countAssociateCentres, setCentreDeleted } from '../../db/centres/changes.ts'
import type { Trx } from '../../db/transact.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type ChangedCentre, readChangedCentre } from './changed.ts'
import { findCentre } from './find.ts'
import { centreTarget, permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'

export interface DeletedCentre extends ChangedCentre {
  /** How many live centres belong to the deleted Associate: they stay, and keep their Associate. */
  associateCentres: number
}

/** A soft delete: meanwhile its users cannot sign in, and nothing of theirs is lost [notes on the workbook]. */
export async function deleteCentre(
  trx: Trx,
  { centre: number, ctx }: { centre: string; ctx: RuleContext },
): Promise<DeletedCentre> {
  const { at } = ctx
  const centre = await findCentre(trx, number, ctx)
  permit(ctx, 'centres.delete', centreTarget(centre))
  const { live: associateCentres } = await countAssociateCentres(trx, centre.id)
  if (centre.deleted_at !== null) return { centre, outcome: 'unchanged', fields: [], associateCentres }

  await setCentreDeleted(trx, { id: centre.id, at: at.toISOString() })
  await appendAudit(trx, {
    ...ctx,
    action: 'centres.deleted',
    subject: centre.number,
    facts: {
      status: { before: centre.status, after: 'deleted' },
      users: centre.user_count ?? 0,
      ...(associateCentres > 0 ? { associateCentres } : {}),
    },
  })
  return {
    ...(await readChangedCentre(trx, { number: centre.number, outcome: 'deleted' })),
    associateCentres,
  }
}

/** Restores a deleted centre as it was, and gives its users the access they had. */
export async function restoreCentre(
  trx: Trx,
  { centre: number, ctx }: { centre: string; ctx: RuleContext },
): Promise<ChangedCentre> {
  const centre = await findCentre(trx, number, ctx)
  permit(ctx, 'centres.restore', centreTarget(centre))
  if (centre.deleted_at === null) return { centre, outcome: 'unchanged', fields: [] }

  await setCentreDeleted(trx, { id: centre.id, at: null })
  await appendAudit(trx, {
    ...ctx,
    action: 'centres.restored',
    subject: centre.number,
    facts: { status: { before: 'deleted', after: centre.status }, users: centre.user_count ?? 0 },
  })
  return readChangedCentre(trx, { number: centre.number, outcome: 'restored' })
}
