import { nameOf } from '../rules/account.ts'
import type { ChangedUser, Outcome } from '../rules/changed-user.ts'

/** Messages go out while a coordinator is suspended, but nobody can sign in with them yet. */
export function lockedOutNotices(changed: readonly ChangedUser[]): { code: string; message: string }[] {
  return changed
    .filter(({ account, outcome }) => account.coordinatorSuspended && sends.has(outcome))
    .filter(({ account }) => account.hubRole !== 'coordinator')
    .map(({ account }) => ({
      code: 'coordinator-suspended',
      message: `${nameOf(account)} can set up a password, but cannot sign in: the coordinator of ${account.centre?.number} is suspended.`,
    }))
}

const sends: ReadonlySet<Outcome> = new Set<Outcome>(['created', 'rejoined', 'message-sent'])
