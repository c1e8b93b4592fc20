import type { Kysely } from 'kysely'
import { type CentreWithPeople, countAffected } from '../../db/centres/centres.ts'
import type { Store } from '../../db/schema.ts'
import { together } from '../../db/together.ts'
import { findCoordinatorOf, findUserById } from '../../db/users/users.ts'
import { Refused } from '../../errors.ts'
import { type Account, accountOf } from '../users/account.ts'
import type { Closing } from '../releases/what-closes.ts'
import { findCentre, typedCentreNumber } from '../centres/find.ts'
import type { RuleContext } from '../permissions/actor.ts'

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
  formerId?: number | undefined
  /** Absent where they have seen the centre already. */
  ctx?: RuleContext
}

/** The centre as it is now, with the people a coordinator command is about. */
export async function coordinationOf(
  db: Kysely<Store>,
  { number, at, changed, formerId, ctx }: Parts,
): Promise<Coordination> {
  const [centre, coordinator, former, affected] = await together(
    findCentre(db, number, ctx),
    findCoordinatorOf(db, typedCentreNumber(number)),
    formerId === undefined ? Promise.resolve(undefined) : findUserById(db, formerId),
    countAffected(db, typedCentreNumber(number)),
  )
  return {
    centre,
    coordinator: coordinator ? accountOf(coordinator, at) : null,
    former: former ? accountOf(former, at) : null,
    affected,
    changed,
  }
}

export function noCoordinator({ number }: CentreWithPeople): Refused {
  return new Refused('no-coordinator', `${number} has no coordinator.`, {
    hint: `ssh-admin coordinator add ${number} 'Name <email>'`,
  })
}
