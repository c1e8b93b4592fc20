import type { Kysely } from 'kysely'
import { assignedAddresses, associateCentres, actingAccounts } from '../../db/centres/assignments.ts'
import type { CentreWithPeople } from '../../db/centres/centres.ts'
import type { Store } from '../../db/schema.ts'
import { Refused } from '../../errors.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { findCentre } from '../centres/find.ts'
import { searchKey } from '../../search-key.ts'
import { visibleCentres } from '../permissions/decide.ts'

export interface AssociateView {
  associate: CentreWithPeople
  /** The accounts of the Associate that act for some centre, and for how many. */
  accounts: { email: string; assigned: number }[]
  centres: { centre: CentreWithPeople; assignedTo: string[] }[]
}

/** An Associate, and those of its centres that the actor may see. @throws `not-an-associate` */
export async function associateDetails(
  db: Kysely<Store>,
  { associate: number, search, ctx }: { associate: string; search?: string; ctx: RuleContext },
): Promise<AssociateView> {
  const associate = await findCentre(db, number, ctx)
  if (associate.kind !== 'associate') {
    throw new Refused('not-an-associate', `${associate.number} (${associate.name}) is not an Associate.`, {
      hint: 'ssh-admin associates list names them.',
    })
  }
  const visible = visibleCentres(ctx.by)
  const centres = await associateCentres(db, {
    associateId: associate.id,
    search: searchKey(search ?? ''),
    visible,
  })
  const addresses = await assignedAddresses(db, associate.id)
  return {
    associate,
    accounts: await actingAccounts(db, associate.id),
    centres: centres.map((centre) => ({ centre, assignedTo: addresses.get(centre.id) ?? [] })),
  }
}
