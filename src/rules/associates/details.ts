import type { Kysely } from 'kysely'
import { assignedAddresses, associateCentres, actingAccounts } from '../../db/centres/assignments.ts'
import type { CentreWithPeople } from '../../db/centres/centres.ts'
import type { Store } from '../../db/schema.ts'
import { Refused } from '../../errors.ts'
import type { Given } from '../permissions/actor.ts'
import { findCentre } from '../centres/find.ts'
import { fold } from '../search-key.ts'
import { visibleCentres } from '../permissions/decide.ts'

export interface AssociateView {
  associate: CentreWithPeople
  /** The accounts of the Associate that act for some centre, and for how many. */
  accounts: { email: string; assigned: number }[]
  centres: { centre: CentreWithPeople; assignedTo: string[] }[]
}

/** An Associate, and those of its centres that the actor may see. @throws `not-an-associate` */
export async function lookAtAssociate(
  db: Kysely<Store>,
  { associate: number, search, given }: { associate: string; search?: string; given: Given },
): Promise<AssociateView> {
  const associate = await findCentre(db, number, given)
  if (associate.kind !== 'associate') {
    throw new Refused('not-an-associate', `${associate.number} (${associate.name}) is not an Associate.`, {
      hint: 'ssh-admin associates list names them.',
    })
  }
  const visible = visibleCentres(given.by)
  const centres = await associateCentres(db, {
    associateId: associate.id,
    search: fold(search ?? ''),
    visible,
  })
  const addresses = await assignedAddresses(db, associate.id)
  return {
    associate,
    accounts: await actingAccounts(db, associate.id),
    centres: centres.map((centre) => ({ centre, assignedTo: addresses.get(centre.id) ?? [] })),
  }
}
