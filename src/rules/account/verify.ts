import { type Credential, findOpenCredential, voidCredentials } from '../../db/credentials.ts'
import { markActive } from '../../db/users/passwords.ts'
import type { Trx } from '../../db/transact.ts'
import { countWrongTry } from '../../db/wrong-tries.ts'
import { Refused } from '../../errors.ts'
import type { Account } from '../users/account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { accountById } from '../users/changed.ts'
import { codeOf, maxWrongTries, timingSafeEqualText } from '../credentials/derive.ts'
import {
  asOwner,
  claimedAccount,
  nobody,
  recordWrongTry,
  refuseSignIn,
  type WrongTry,
} from './self-service.ts'
import { appendAudit } from '../audit/append.ts'

interface Verification {
  email: string
  code: string
  /** The key from which codes are derived. */
  key: Buffer
  ctx: RuleContext
}

/** The code from the message shows that the mailbox is theirs: the account is active. */
export async function verifyAccount(trx: Trx, { email, code, key, ctx }: Verification): Promise<Account> {
  const { at } = ctx
  const account = await claimedAccount(trx, { email, at })
  const credential = await findOpenCredential(trx, { userId: account?.id ?? nobody, purpose: 'code' })
  const open = credential && at.getTime() < Date.parse(credential.expiresAt) ? credential : undefined
  const right = open && timingSafeEqualText(code.replace(/\s/g, ''), codeOf(key, open))
  if (!account || !open || !right) throw await wrongCode(trx, { account, open, ctx })
  refuseSignIn(account, ['deleted', 'suspended', 'no-centre', 'centre-deleted'])

  const { id: userId, email: subject } = account
  await voidCredentials(trx, { userId, purposes: ['code'], used: open.id, reason: 'void' })
  await markActive(trx, userId)
  const { by } = asOwner(ctx, account)
  const facts = { before: account.status, after: 'active' }
  await appendAudit(trx, { by, at, action: 'account.verified', kind: 'event', subject, userId, facts })
  return accountById(trx, { id: userId, at })
}

/** The same words for every cause, also where the address is unknown [004]. */
async function wrongCode(
  trx: Trx,
  { account, open, ctx }: WrongTry & { open: Credential | undefined },
): Promise<Refused> {
  await countWrongTry(trx, { credential: open ?? { id: nobody }, max: maxWrongTries })
  await recordWrongTry(trx, { action: 'account.wrong-code', judged: open !== undefined, account, ctx })
  return new Refused('wrong-code', 'This address and code do not belong together.', {
    hint: 'The code works for 30 minutes, and five wrong tries end it. For a new message: ssh-admin account request EMAIL',
    keepsChanges: true,
  })
}
