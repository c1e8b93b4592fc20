import type { Trx } from '../../db/transact.ts'
import { markRestored } from '../../db/users/changes.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { type Coordination, coordinationOf, noCoordinator } from './coordination.ts'
import { onCentre, permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { refuseErased } from '../refusals.ts'

/** Restoring the coordinator gives everyone at the centre back exactly what they had. */
export async function restoreCoordinator(
  trx: Trx,
  { centre: number, ctx }: { centre: string; ctx: RuleContext },
): Promise<Coordination> {
  const present = await coordinationOf(trx, { number, at: ctx.at, changed: false, ctx })
  const { centre, coordinator, affected } = present
  permit(ctx, 'coordinator.restore', onCentre(centre))
  if (!coordinator) throw noCoordinator(centre)
  if (coordinator.status !== 'suspended') {
    return present
  }

  refuseErased(coordinator)
  const after = coordinator.statusBeforeSuspension ?? 'active'
  await markRestored(trx, { id: coordinator.id, status: after })
  await appendAudit(trx, {
    ...ctx,
    action: 'coordinator.restored',
    subject: centre.number,
    facts: { affected, status: { before: 'suspended', after } },
    people: { coordinator },
  })
  return coordinationOf(trx, { number, at: ctx.at, changed: true })
}
