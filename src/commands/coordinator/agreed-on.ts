import type { Account } from '../../rules/users/account.ts'
import type { Coordination } from '../../rules/coordinator/coordination.ts'

/** What of a coordinator command is agreed to: who coordinates which centre, before and after, and how many it touches. */
export function agreedOnCoordination({
  centre,
  coordinator,
  former,
  affected,
  changed,
}: Coordination): unknown {
  return [
    centre.id,
    centre.name,
    centre.status,
    agreedOnAccount(coordinator),
    former?.id,
    agreedOnAccount(former),
    affected,
    changed,
  ]
}

/** A new coordinator has another number each time they are made: their address says who they are. */
function agreedOnAccount(account: Account | null): unknown {
  return account && [account.email, account.firstName, account.lastName, account.hubRole, account.status]
}
