import { accountsErasedBefore } from '../../db/users/erased-accounts.ts'
import type { Trx } from '../../db/transact.ts'
import { markDeleted, markSuspended } from '../../db/users/changes.ts'
import type { Given } from '../permissions/actor.ts'
import { eraseThese } from './erase.ts'
import { record } from '../audit/append.ts'

export interface ErasedAgain {
  accounts: number
  /** Accounts that coordinate or hold something: suspended, and whoever takes over is for somebody to say. */
  suspended: number[]
}

type BackAgain = Awaited<ReturnType<typeof accountsErasedBefore>>[number]

/** A backup brings back whoever was erased since it was made: it is done again. */
export async function eraseAgain(trx: Trx, given: Given): Promise<ErasedAgain> {
  const back = await accountsErasedBefore(trx)
  for (const account of back) await endAccount(trx, { account, given })
  for (const emailKey of new Set(back.map(({ email_key }) => email_key))) {
    const theirs = back.filter(({ email_key }) => email_key === emailKey)
    await eraseThese(trx, {
      ids: theirs.map(({ id }) => id),
      address: { email: theirs[0]?.email ?? emailKey, emailKey },
      left: async () => [],
      given,
    })
  }
  return { accounts: back.length, suspended: back.filter(({ holds }) => holds).map(({ id }) => id) }
}

/** They had no account any more when they were erased. What they hold in the backup stays with a suspended one. */
async function endAccount(
  trx: Trx,
  { account: { id, email, status, holds }, given }: { account: BackAgain; given: Given },
): Promise<void> {
  if (status === 'deleted' || (holds && status === 'suspended')) return
  if (!holds) await markDeleted(trx, { id, before: status, at: given.at })
  else if (status !== 'suspended') await markSuspended(trx, { id, before: status, at: given.at })
  await record(trx, {
    ...given,
    action: holds ? 'users.suspended' : 'users.deleted',
    subject: email,
    userId: id,
    facts: { before: status, after: holds ? 'suspended' : 'deleted' },
  })
}
