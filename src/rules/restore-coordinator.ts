import type { Trx } from '../db/transact.ts'
import { markRestored } from '../db/user-changes.ts'
import type { Given } from './actor.ts'
import { type Coordination, coordinationOf, noCoordinator } from './coordinator.ts'
import { findCentre } from './find-centre.ts'
import { onCentre } from './on-centre.ts'
import { permit } from './permissions.ts'
import { record } from './record.ts'
import { refuseErased } from './refuse-erased.ts'

/** Restoring the coordinator gives everyone at the centre back exactly what they had. */
export async function restoreCoordinator(
  trx: Trx,
  { centre: number, given }: { centre: string; given: Given },
): Promise<Coordination> {
  const centre = await findCentre(trx, number, given)
  permit(given, 'coordinator.restore', onCentre(centre))
  const { coordinator, affected } = await coordinationOf(trx, { number, at: given.at, changed: false })
  if (!coordinator) throw noCoordinator(centre)
  if (coordinator.status !== 'suspended') {
    return coordinationOf(trx, { number, at: given.at, changed: false })
  }

  refuseErased(coordinator)
  const after = coordinator.statusBeforeSuspension ?? 'active'
  await markRestored(trx, { id: coordinator.id, status: after })
  await record(trx, {
    ...given,
    action: 'coordinator.restored',
    subject: centre.number,
    facts: { affected, status: { before: 'suspended', after } },
    people: { coordinator },
  })
  return coordinationOf(trx, { number, at: given.at, changed: true })
}
