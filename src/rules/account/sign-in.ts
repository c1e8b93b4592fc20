import { markSignedIn, secretsAt } from '../../db/users/passwords.ts'
import { together, type Trx } from '../../db/transact.ts'
import { countWrongSignIn, forgetWrongSignIns, wrongSignInsFor } from '../../db/wrong-tries.ts'
import { Refused } from '../../errors.ts'
import type { Account } from '../users/account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { accountById } from '../users/changed.ts'
import { typedAddress } from '../users/email.ts'
import {
  asOwner,
  claimedAccount,
  maxQuickTries,
  recordWrongTry,
  refuseSignIn,
  refuseTooManyTries,
  type WrongTry,
  writeOrPretend,
} from './self-service.ts'
import { isPassword } from './password.ts'
import { appendAudit } from '../audit/append.ts'
import { queueMessage } from '../mail/queue-message.ts'

interface SigningIn {
  email: string
  password: string
  ctx: RuleContext
}

/** Signing in wrong says one sentence for every cause [004]; the rule in the way only after a right password. */
export async function signIn(trx: Trx, { email: typed, password, ctx }: SigningIn): Promise<Account> {
  const { at } = ctx
  const { email, key } = typedAddress(typed)
  const [wrong, account, { passwordHash }] = await together(
    wrongSignInsFor(trx, key),
    claimedAccount(trx, { email, at }),
    secretsAt(trx, key),
  )
  refuseTooManyTries(wrong, { email, at })
  const right = await isPassword(password, passwordHash)
  if (!account || !right) throw await wrongSignIn(trx, { key, account, ctx })
  await forgetWrongSignIns(trx, key)
  const reasons = [
    'deleted',
    'suspended',
    'no-centre',
    'centre-deleted',
    'coordinator-suspended',
    'invited',
  ] as const
  refuseSignIn(account, reasons, { keepsChanges: true })

  await markSignedIn(trx, { userId: account.id, at })
  const { id: userId, email: subject } = account
  await appendAudit(trx, {
    by: asOwner(ctx, account).by,
    at,
    action: 'account.signed-in',
    kind: 'event',
    subject,
    userId,
  })
  return accountById(trx, { id: userId, at })
}

/** Counted in the transaction that judged it, known or not; the owner hears once of a row that grows long. */
async function wrongSignIn(trx: Trx, { key, account, ctx }: WrongTry & { key: string }): Promise<Refused> {
  const inARow = await countWrongSignIn(trx, { key, at: ctx.at })
  await recordWrongTry(trx, { action: 'account.wrong-password', account, ctx })
  if (inARow === maxQuickTries) {
    const to = account?.centre && !account.centre.deleted ? account : undefined
    const write = (owner: Account) => queueMessage(trx, ctx, { letter: 'sign-in-slowed', to: owner })
    await writeOrPretend(trx, { to, at: ctx.at, write })
  }
  return new Refused('wrong-sign-in', 'The e-mail address or the password is not right.', {
    hint: 'For a new password: ssh-admin account request EMAIL',
    keepsChanges: true,
  })
}
