import {
  deletedAccounts,
  eraseAccounts,
  eraseFromAudit,
  eraseMentions,
  eraseMessages,
} from '../db/erasing.ts'
import type { Trx } from '../db/transact.ts'
import { findLiveUser } from '../db/users.ts'
import { NotFound, Refused } from '../errors.ts'
import type { Given } from './actor.ts'
import { typedAddress } from './email.ts'
import { permit } from './permissions.ts'
import { record } from './record.ts'

export interface Erasure {
  accounts: number
  /** Events of the audit log that named them. */
  events: number
  messages: number
  /** Where their messages were written. */
  files: string[]
}

/**
 * On request of the person: name and address of a deleted user leave the store and the log.
 * The log's seals cover digests, so the chain holds; it says that this was done, and to which rows.
 */
export async function eraseUser(
  trx: Trx,
  { email: typed, given }: { email: string; given: Given },
): Promise<Erasure> {
  const { email, key } = typedAddress(typed)
  permit(given, 'users.erase', { name: email })
  const live = await findLiveUser(trx, key)
  if (live) {
    throw new Refused('not-deleted', `${live.email} has an account that is not deleted.`, {
      hint: `ssh-admin users delete ${live.email} --suspend`,
    })
  }
  const accounts = await deletedAccounts(trx, key)
  const [first] = accounts
  if (!first) {
    throw new NotFound('user-not-found', `No deleted account has the address ${email}.`, {
      hint: 'ssh-admin users list --deleted names those there are.',
    })
  }

  const ids = accounts.map(({ id }) => id)
  const somebody = { ids, email: first.email, emailKey: key }
  const { count, files } = await eraseMessages(trx, somebody)
  await eraseMentions(trx, somebody)
  await eraseAccounts(trx, somebody)
  const rows = await eraseFromAudit(trx, somebody)
  await record(trx, { ...given, action: 'users.erased', facts: { users: ids, rows, messages: count } })
  return { accounts: ids.length, events: rows.length, messages: count, files }
}
