import { type Account, nameOf } from '../rules/users/account.ts'
import type { ChangedUser, Outcome } from '../rules/users/changed.ts'
import type { EditedUser } from '../rules/users/edit.ts'

interface Notice {
  code: string
  message: string
}

/** Messages go out while a coordinator is suspended, but nobody can sign in with them yet. */
export function lockedOutNotices(changed: readonly ChangedUser[]): Notice[] {
  return changed
    .filter(({ outcome, sentWayIn }) => sentWayIn || sends.has(outcome))
    .filter(({ account }) => account.coordinatorSuspended && account.hubRole !== 'coordinator')
    .map(({ account }) => ({
      code: 'coordinator-suspended',
      message: `${nameOf(account)} can set up a password, but cannot sign in: the coordinator of ${account.centre?.number} is suspended.`,
    }))
}

const sends: ReadonlySet<Outcome> = new Set<Outcome>(['created', 'rejoined', 'message-waiting'])

/** What restoring leaves to do: the links of invited users are void since their suspension. */
export function restorationNotices(restored: readonly ChangedUser[]): Notice[] {
  const waiting = restored.filter(({ outcome, sentWayIn }) => outcome === 'restored' && !sentWayIn)
  return [...lockedOutNotices(restored), ...waiting.flatMap(({ account }) => needsMessage(account))]
}

/** A new address voids the link that was on its way to the one before. */
export function editNotices(edited: readonly EditedUser[]): Notice[] {
  return edited
    .filter(({ account, before }) => account.emailKey !== before.emailKey)
    .flatMap(({ account }) => needsMessage(account))
}

/** Somebody who has not set up a password, and holds no link to do it with. */
export function needsMessage(account: Account): Notice[] {
  const { status, email, centre } = account
  if (status !== 'invited' || centre === null) return []
  return [
    {
      code: 'needs-message',
      message: `${nameOf(account)} has not set up a password, and needs a new message: ssh-admin users reset-password ${email}`,
    },
  ]
}

/** A message that is owed to somebody, and has not gone out. */
export function waitingMessages({ email }: Account, letters: readonly string[]): Notice[] {
  if (letters.length === 0) return []
  const what = letters.length === 1 ? 'A message' : `${letters.length} messages`
  const message = `${what} to ${email} (${letters.join(', ')}) waits to be sent: ssh-admin mail send`
  return [
    { code: 'mail-waiting', message: letters.length === 1 ? message : message.replace('waits', 'wait') },
  ]
}
