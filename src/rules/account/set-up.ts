import { type Credential, findCredential, findOpenCredential } from '../../db/credentials.ts'
import type { Keys } from '../../db/store/keys.ts'
import { markActive } from '../../db/users/passwords.ts'
import type { Trx } from '../../db/transact.ts'
import { countWrongTry } from '../../db/wrong-tries.ts'
import { Refused } from '../../errors.ts'
import type { Account } from '../users/account.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { accountById } from '../users/changed.ts'
import { choosePassword, type NewPassword } from './password.ts'
import {
  isLinkPurpose,
  linkSecretOf,
  maxWrongTries,
  readLink,
  timingSafeEqualText,
  temporaryPasswordOf,
} from '../credentials/derive.ts'
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

interface SetUp {
  link: string
  password: NewPassword
  keys: Keys
  ctx: RuleContext
}

/** Whether a link opens an account now, before a password is thought of. @throws why it does not */
export async function checkLink(
  trx: Trx,
  { link, keys, ctx }: Omit<SetUp, 'password'>,
): Promise<{ credential: Credential; account: Account }> {
  const { at } = ctx
  const credential = await provenCredential(trx, { link, keys })
  const account = await accountById(trx, { id: credential.userId, at })
  refuseSpent(credential, { account, at })
  refuseSignIn(account, ['deleted', 'suspended', 'no-centre', 'centre-deleted'])
  return { credential, account }
}

/** A link proves the mailbox: with it the password is set and the account active. */
export async function setUpWithLink(trx: Trx, { link, password, keys, ctx }: SetUp): Promise<Account> {
  const { at } = ctx
  const { credential, account } = await checkLink(trx, { link, keys, ctx })

  await choosePassword(trx, { account, password, with: credential.id, ctx })
  await markActive(trx, account.id)
  const { by } = asOwner(ctx, account)
  const { id: userId, email: subject } = account
  const facts = { with: credential.purpose, before: account.status, after: 'active' }
  await appendAudit(trx, { by, at, action: 'account.password-chosen', kind: 'event', subject, userId, facts })
  return accountById(trx, { id: userId, at })
}

interface WithTemporaryPassword extends Omit<SetUp, 'link'> {
  email: string
  temporaryPassword: string
}

/** The invitation's temporary password does not prove the mailbox: a code follows. */
export async function setUpWithTemporaryPassword(
  trx: Trx,
  { email, temporaryPassword, password, keys, ctx }: WithTemporaryPassword,
): Promise<Account> {
  const { at } = ctx
  const account = await claimedAccount(trx, { email, at })
  const purpose = 'temporary-password'
  const credential = await findOpenCredential(trx, { userId: account?.id ?? nobody, purpose })
  const open = credential && !hasExpired(credential, at) ? credential : undefined
  const right =
    open && timingSafeEqualText(plainly(temporaryPassword), plainly(temporaryPasswordOf(keys.code, open)))
  if (!account || !open || !right) throw await wrongTemporaryPassword(trx, { account, open, ctx })
  refuseSignIn(account, ['deleted', 'suspended', 'no-centre', 'centre-deleted'])

  const owner = asOwner(ctx, account)
  await choosePassword(trx, { account, password, with: open.id, ctx })
  await queueMessage(trx, owner, { letter: 'verification-code', to: account })
  const { id: userId, email: subject } = account
  await appendAudit(trx, {
    by: owner.by,
    at,
    action: 'account.password-chosen',
    kind: 'event',
    subject,
    userId,
    facts: { with: purpose },
  })
  return accountById(trx, { id: account.id, at })
}

/** Its groups may be typed with or without the strokes between them. */
function plainly(temporaryPassword: string): string {
  return temporaryPassword.replace(/[\s-]/g, '')
}

/** The same words for every cause, also where the address is unknown [004]. */
async function wrongTemporaryPassword(
  trx: Trx,
  { account, open, ctx }: WrongTry & { open: Credential | undefined },
): Promise<Refused> {
  await countWrongTry(trx, { credential: open ?? { id: nobody }, max: maxWrongTries })
  await recordWrongTry(trx, {
    action: 'account.wrong-temporary-password',
    judged: open !== undefined,
    account,
    ctx,
  })
  return new Refused(
    'wrong-temporary-password',
    'This address and temporary password do not open an account.',
    {
      hint: 'It works for 48 hours, one time, and five wrong tries end it. For a new one: ssh-admin account request EMAIL',
      keepsChanges: true,
    },
  )
}

async function provenCredential(trx: Trx, { link, keys }: { link: string; keys: Keys }): Promise<Credential> {
  const read = readLink(link)
  const credential = read && (await findCredential(trx, read.id))
  const proven =
    credential &&
    isLinkPurpose(credential.purpose) &&
    timingSafeEqualText(read.proof, linkSecretOf(keys.link, credential))
  if (proven) return credential
  throw new Refused('wrong-link', 'This link opens no account.', {
    hint: 'Copy the whole link from the message. For a new one: ssh-admin account request EMAIL',
  })
}

function refuseSpent(credential: Credential, { account, at }: { account: Account; at: Date }): void {
  const hint = `For a new one: ssh-admin account request ${account.email}`
  if (credential.state === 'used') {
    throw new Refused('link-used', 'This link has been used already; it works one time.', { hint })
  }
  if (credential.state === 'void') {
    const words = 'This link is not valid any more: a newer message was sent, or the account was changed.'
    throw new Refused('link-void', words, { hint })
  }
  if (hasExpired(credential, at)) {
    throw new Refused('link-expired', 'This link is too old.', { hint })
  }
}

function hasExpired({ expiresAt }: Credential, at: Date): boolean {
  return at.getTime() >= Date.parse(expiresAt)
}
