import type { Kysely } from 'kysely'
import type { Store } from '../../db/schema.ts'
import { findLiveUser } from '../../db/users/users.ts'
import { Refused } from '../../errors.ts'
import { type Account, accountOf } from '../users/account.ts'
import type { Given } from '../permissions/actor.ts'
import { typedAddress } from '../users/email.ts'
import { restoring } from '../refusals.ts'
import type { WhyNot } from '../users/sign-in-status.ts'

/** The live account that somebody claims is theirs; whether there is one is not told. */
export async function claimedAccount(
  db: Kysely<Store>,
  { email, at }: { email: string; at: Date },
): Promise<Account | undefined> {
  const row = await findLiveUser(db, typedAddress(email).key)
  return row && accountOf(row, at)
}

/** Acting for oneself: what the log names when an owner proves that the account is theirs. */
export function asOwner(given: Given, { id, email, hubRole, roles, centre }: Account): Given {
  if (!centre) return given
  const { operator, command } = given.by
  return {
    ...given,
    by: { kind: 'user', operator, command, id, email, hubRole, roles, centre, assigned: [] },
  }
}

/** Refuses, naming the rule: only once the owner has shown a right secret. */
export function refuseWayIn(
  account: Account,
  reasons: readonly WhyNot[],
  { keepsChanges = false }: { keepsChanges?: boolean } = {},
): void {
  const { whyNot, email } = account
  if (whyNot === null || !reasons.includes(whyNot)) return
  throw new Refused(whyNot, `${email}: ${sentences[whyNot](account)}`, {
    hint: hints[whyNot](account),
    keepsChanges,
  })
}

const sentences: Readonly<Record<WhyNot, (account: Account) => string>> = {
  deleted: () => 'this account is deleted.',
  suspended: () => 'this account is suspended.',
  'no-centre': () => 'this account belongs to no centre.',
  'centre-deleted': ({ centre }) => `the centre ${centre?.number} is deleted.`,
  'coordinator-suspended': ({ centre }) =>
    `nobody at ${centre?.number} can sign in while its coordinator is suspended.`,
  invited: () => 'this account is not active yet: its address has not been verified.',
}

const hints: Readonly<Record<WhyNot, (account: Account) => string>> = {
  deleted: ({ email }) => `ssh-admin users restore ${email}`,
  suspended: restoring,
  'no-centre': ({ email }) => `ssh-admin users add ${email} --centre CENTRE`,
  'centre-deleted': ({ centre }) => `ssh-admin centres restore ${centre?.number}`,
  'coordinator-suspended': ({ centre }) => `ssh-admin coordinator restore ${centre?.number}`,
  invited: ({ email }) =>
    `Type the code from the message: ssh-admin account verify ${email}; or ask for a new message: ssh-admin account request ${email}`,
}
