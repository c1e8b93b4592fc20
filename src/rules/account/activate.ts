import { type Secrets, secretsAt } from '../../db/users/passwords.ts'
import { together, type Trx } from '../../db/transact.ts'
import { countWrongPin } from '../../db/wrong-tries.ts'
import { Refused } from '../../errors.ts'
import type { Account } from '../users/account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { accountById } from '../users/changed.ts'
import { typedAddress } from '../users/email.ts'
import { choosePassword, type NewPassword } from './password.ts'
import { maxWrongTries, pinOf, timingSafeEqualText } from '../credentials/derive.ts'
import {
  asOwner,
  claimedAccount,
  nobody,
  recordWrongTry,
  refuseSignIn,
  type WrongTry,
} from './self-service.ts'
import { appendAudit } from '../audit/append.ts'
import { queueMessage } from '../mail/queue-message.ts'

interface Activation {
  email: string
  pin: string
  password: NewPassword
  /** The key from which PINs are derived. */
  key: Buffer
  ctx: RuleContext
}

/** Address and PIN let a new user choose a password [004]; the code that follows shows the mailbox is theirs. */
export async function activateAccount(
  trx: Trx,
  { email, pin, password, key, ctx }: Activation,
): Promise<Account> {
  const { at } = ctx
  const [account, secrets] = await together(
    claimedAccount(trx, { email, at }),
    secretsAt(trx, typedAddress(email).key),
  )
  const right = isPinOf(secrets, { account, pin, key })
  if (!account || !right) throw await wrongPin(trx, { account, ctx })
  refuseSignIn(account, ['deleted', 'suspended', 'no-centre', 'centre-deleted'])

  const owner = asOwner(ctx, account)
  await choosePassword(trx, { account, password, with: 'pin', secrets, ctx })
  await queueMessage(trx, owner, { letter: 'verification-code', to: account })
  const { id: userId, email: subject } = account
  await appendAudit(trx, {
    by: owner.by,
    at,
    action: 'account.password-chosen',
    kind: 'event',
    subject,
    userId,
    facts: { with: 'pin' },
  })
  return accountById(trx, { id: account.id, at })
}

function isPinOf(
  { pinNonce }: Secrets,
  { account, pin, key }: Pick<Activation, 'pin' | 'key'> & { account: Account | undefined },
): boolean {
  return (
    account?.pin === 'issued' &&
    pinNonce !== null &&
    timingSafeEqualText(pin.replace(/\s/g, ''), pinOf(key, pinNonce))
  )
}

/** The same words for every cause, also where the address is unknown [004]. */
async function wrongPin(trx: Trx, { account, ctx }: WrongTry): Promise<Refused> {
  const judged = account?.pin === 'issued'
  await countWrongPin(trx, { userId: judged ? account.id : nobody, max: maxWrongTries })
  await recordWrongTry(trx, { action: 'account.wrong-pin', judged, account, ctx })
  return new Refused('wrong-pin', 'This address and PIN do not open an account.', {
    hint: 'Check both on the sheet they came on. After five wrong PINs, or 30 days, a new one is needed: ssh-admin users pin EMAIL',
    keepsChanges: true,
  })
}
