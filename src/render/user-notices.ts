import { type Account, nameOf } from '../rules/users/account.ts'
import type { ChangedUser, Outcome } from '../rules/users/changed.ts'
import type { EditedUser } from '../rules/users/edit.ts'
import { isAnotherAddress } from '../rules/users/email.ts'
import { holdings } from '../rules/refusals.ts'
import type { TypedNames } from '../rules/users/new-user.ts'
import type { Notice } from './json.ts'

/** Messages go out while a coordinator is suspended, but nobody can sign in with them yet. */
export function lockedOutNotices(changed: readonly ChangedUser[]): Notice[] {
  return changed
    .filter(({ outcome, sentSetUpMessage }) => sentSetUpMessage || outcomesWithMessage.has(outcome))
    .filter(({ account }) => account.coordinatorSuspended && account.hubRole !== 'coordinator')
    .map(({ account }) => ({
      code: 'coordinator-suspended',
      message: `${nameOf(account)} can set up a password, but cannot sign in: the coordinator of ${account.centre?.number} is suspended.`,
    }))
}

const outcomesWithMessage: ReadonlySet<Outcome> = new Set<Outcome>(['created', 'rejoined', 'message-waiting'])

/** What is left to do after restoring: the links of invited users have been void since their suspension. */
export function restorationNotices(restored: readonly ChangedUser[]): Notice[] {
  const waiting = restored.filter(
    ({ outcome, sentSetUpMessage }) => outcome === 'restored' && !sentSetUpMessage,
  )
  return [...lockedOutNotices(restored), ...waiting.flatMap(({ account }) => needsMessage(account))]
}

/** A new address voids the link that was sent to the former one. */
export function editNotices(edited: readonly EditedUser[]): Notice[] {
  const waiting = edited.filter(({ account, before }) => isAnotherAddress(before, account))
  return [
    ...edited.flatMap(tidiedNotices),
    ...edited.flatMap(outOfReachNotices),
    ...waiting.flatMap(({ account }) => needsMessage(account)),
  ]
}

/** Progression Test data on a site that its owner no longer reaches: the data stays theirs until it is transferred. */
function outOfReachNotices({ account, outOfReach = [] }: EditedUser): Notice[] {
  return outOfReach.map(({ site, ...held }) => ({
    code: 'out-of-reach',
    message: `${nameOf(account)} still holds ${holdings(held)} on ${site}, and does not get there any more: ssh-admin users transfer ${account.email} --to EMAIL --site ${site}`,
  }))
}

/** Names that are stored other than typed: without a dash for a missing name, or without invisible marks. */
export function tidiedNotices(names: Pick<TypedNames, 'tidied'> | undefined): Notice[] {
  return (names?.tidied ?? []).map((message) => ({ code: 'name-tidied', message }))
}

/** A user who has not set up a password, and has no link to do so. */
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

/** Messages that are owed to a user and have not gone out. */
export function waitingMessages({ email }: Account, letters: readonly string[]): Notice[] {
  if (letters.length === 0) return []
  const what = letters.length === 1 ? 'A message' : `${letters.length} messages`
  const message = `${what} to ${email} (${letters.join(', ')}) waits to be sent: ssh-admin mail send`
  return [
    { code: 'mail-waiting', message: letters.length === 1 ? message : message.replace('waits', 'wait') },
  ]
}
