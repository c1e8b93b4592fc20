import type { Kysely } from 'kysely'
import { type CentreWithPeople, countAffected } from '../../db/centres/centres.ts'
import type { Store } from '../../db/schema.ts'
import { findUserById } from '../../db/users/users.ts'
import { Refused } from '../../errors.ts'
import { type Account, accountOf } from '../users/account.ts'
import type { Closing } from '../releases/what-closes.ts'
import { findCentre } from '../centres/find.ts'

/** What a coordinator command answers. */
export interface Coordination {
  centre: CentreWithPeople
  coordinator: Account | null
  /** Who coordinated the centre before. */
  former: Account | null
  /** The centre's other users that are neither suspended nor deleted. */
  affected: number
  changed: boolean
  /** What is released, and was open for who coordinated it, and is not any more. */
  closes?: readonly Closing[]
}

interface Parts {
  number: string
  at: Date
  changed: boolean
  formerId?: number
}

/** The centre as it is now, with the people a coordinator command is about. */
export async function coordinationOf(
  db: Kysely<Store>,
  { number, at, changed, formerId }: Parts,
): Promise<Coordination> {
  const centre = await findCentre(db, number)
  const find = async (id: number | null | undefined) => {
    const row = typeof id === 'number' ? await findUserById(db, id) : undefined
    return row ? accountOf(row, at) : null
  }
  return {
    centre,
    coordinator: await find(centre.coordinator_id),
    former: await find(formerId),
    affected: await countAffected(db, { centreId: centre.id, coordinatorId: centre.coordinator_id }),
    changed,
  }
}

export function noCoordinator({ number }: CentreWithPeople): Refused {
  return new Refused('no-coordinator', `${number} has no coordinator.`, {
    hint: `ssh-admin coordinator add ${number} 'Name <email>'`,
  })
}
