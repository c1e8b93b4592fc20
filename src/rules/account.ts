import { shellWord } from '../shell-word.ts'
import { type Credential, findCredential, findOpenCredential, voidCredentials } from '../db/credentials.ts'
import type { CredentialPurpose } from '../db/schema.ts'
import type { Keys } from '../db/store/keys.ts'
import { together, type Trx } from '../db/transact.ts'
import { markActive, markSignedIn, type Secrets, findSecrets } from '../db/users/passwords.ts'
import {
  accountRequests,
  countWrongPin,
  countWrongSignIn,
  countWrongTry,
  forgetWrongSignIns,
  noteAccountRequest,
  wrongSignInsFor,
} from '../db/rate-limits.ts'
import { Refused } from '../errors.ts'
import { choosePassword, isPassword, type NewPassword } from './account/password.ts'
import {
  asOwner,
  claimedAccount,
  maxQuickTries,
  nobody,
  recordWrongTry,
  requestLine,
  refuseSignIn,
  refuseTooManyTries,
  writeOrPretend,
  type WrongTry,
} from './account/self-service.ts'
import { appendAudit } from './audit/append.ts'
import {
  codeOf,
  isLinkPurpose,
  linkSecretOf,
  looksLikeTemporaryPassword,
  maxWrongTries,
  pinOf,
  readLink,
  temporaryPasswordOf,
  timingSafeEqualText,
} from './credentials/derive.ts'
import { hours } from './credentials/lifetimes.ts'
import { queueMessage, sendSetUpMessage } from './mail/queue-message.ts'
import type { RuleContext } from './permissions/actor.ts'
import type { Account } from './users/account.ts'
import { accountById } from './users/changed.ts'
import { typedAddress } from './users/email.ts'

/** What keeps somebody out who has shown a right secret, whatever it is. */
const outOfUse = ['deleted', 'suspended', 'no-centre', 'centre-deleted'] as const

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
  const { key: ofAddress } = typedAddress(email)
  const [account, secrets] = await together(claimedAccount(trx, { email, at }), findSecrets(trx, ofAddress))
  const right = isPinOf(secrets, { account, pin, key })
  if (!account || !right) throw await wrongPin(trx, { email, account, ctx })
  refuseSignIn(account, outOfUse)

  await choosePassword(trx, { account, password, with: 'pin', secrets, ctx })
  await queueMessage(trx, asOwner(ctx, account), { letter: 'verification-code', to: account })
  return recordAsOwner(trx, { action: 'account.password-chosen', account, facts: { with: 'pin' }, ctx })
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
async function wrongPin(trx: Trx, { email, account, ctx }: WrongTry & { email: string }): Promise<Refused> {
  const judged = account?.pin === 'issued'
  await countWrongPin(trx, { userId: judged ? account.id : nobody, max: maxWrongTries })
  await recordWrongTry(trx, { action: 'account.wrong-pin', judged, account, ctx })
  return new Refused('wrong-pin', 'This address and PIN do not open an account.', {
    hint: `Check both on the sheet they came on. After five wrong PINs, or 30 days, a new one is needed: ssh-admin users pin ${shellWord(typedAddress(email).email)}`,
    keepsChanges: true,
  })
}

interface SetUp {
  link: string
  /** Whose it must be, where the address was typed beside it. */
  email?: string | undefined
  password: NewPassword
  keys: Keys
  ctx: RuleContext
}

/** Whether a link opens an account now, before a password is thought of. @throws why it does not */
export async function checkLink(
  trx: Trx,
  { link, email, keys, ctx }: Omit<SetUp, 'password'>,
): Promise<{ credential: Credential; account: Account }> {
  const { at } = ctx
  const credential = await provenCredential(trx, { link, keys })
  const account = await accountById(trx, { id: credential.userId, at })
  if (email !== undefined && (await claimedAccount(trx, { email, at }))?.id !== account.id)
    throw wrongLink(link)
  refuseSpent(credential, { account, at })
  refuseSignIn(account, outOfUse)
  return { credential, account }
}

/** A link proves the mailbox: with it the password is set and the account active. */
export async function setUpWithLink(trx: Trx, { link, email, password, keys, ctx }: SetUp): Promise<Account> {
  const { credential, account } = await checkLink(trx, { link, email, keys, ctx })

  await choosePassword(trx, { account, password, with: credential.id, ctx })
  await markActive(trx, account.id)
  const facts = { with: credential.purpose, before: account.status, after: 'active' }
  return recordAsOwner(trx, { action: 'account.password-chosen', account, facts, ctx })
}

interface WithTemporaryPassword extends Omit<SetUp, 'link' | 'email'> {
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
  const open = await openCredentialOf(trx, { account, purpose, at })
  const right =
    open &&
    timingSafeEqualText(
      withoutSeparators(temporaryPassword),
      withoutSeparators(temporaryPasswordOf(keys.code, open)),
    )
  if (!account || !open || !right) throw await wrongTemporaryPassword(trx, { email, account, open, ctx })
  refuseSignIn(account, outOfUse)

  await choosePassword(trx, { account, password, with: open.id, ctx })
  await queueMessage(trx, asOwner(ctx, account), { letter: 'verification-code', to: account })
  return recordAsOwner(trx, { action: 'account.password-chosen', account, facts: { with: purpose }, ctx })
}

/** Its groups may be typed with or without the strokes between them. */
function withoutSeparators(temporaryPassword: string): string {
  return temporaryPassword.replace(/[\s-]/g, '')
}

/** The same words for every cause, also where the address is unknown [004]. */
async function wrongTemporaryPassword(
  trx: Trx,
  { email, ...tried }: WrongCredential & { email: string },
): Promise<Refused> {
  await countWrongCredential(trx, 'account.wrong-temporary-password', tried)
  return new Refused(
    'wrong-temporary-password',
    'This address and temporary password do not open an account.',
    {
      hint: `It works for 48 hours, one time, and five wrong tries end it. For a new one: ${requestLine(email)}`,
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
  throw wrongLink(link)
}

/** Whoever has an invitation has no link in it: the address belongs to its temporary password. */
function wrongLink(typed: string): Refused {
  const hint = looksLikeTemporaryPassword(typed)
    ? 'A temporary password goes with its address: ssh-admin account set-up EMAIL'
    : 'Copy the whole link from the message. For a new one: ssh-admin account request EMAIL'
  return new Refused('wrong-link', 'This link opens no account.', { hint })
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

/** What was sent to somebody to be typed, while it can be. */
async function openCredentialOf(
  trx: Trx,
  { account, purpose, at }: { account: Account | undefined; purpose: CredentialPurpose; at: Date },
): Promise<Credential | undefined> {
  const credential = await findOpenCredential(trx, { userId: account?.id ?? nobody, purpose })
  return credential && !hasExpired(credential, at) ? credential : undefined
}

interface WrongCredential extends WrongTry {
  /** What could have been typed; absent where nothing is open. */
  open: Credential | undefined
}

async function countWrongCredential(
  trx: Trx,
  action: string,
  { open, ...tried }: WrongCredential,
): Promise<void> {
  await countWrongTry(trx, { credential: open ?? { id: nobody }, max: maxWrongTries })
  await recordWrongTry(trx, { action, judged: open !== undefined, ...tried })
}

function hasExpired({ expiresAt }: Credential, at: Date): boolean {
  return at.getTime() >= Date.parse(expiresAt)
}

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
  const open = await openCredentialOf(trx, { account, purpose: 'code', at })
  const right = open && timingSafeEqualText(code.replace(/\s/g, ''), codeOf(key, open))
  if (!account || !open || !right) throw await wrongCode(trx, { email, account, open, ctx })
  refuseSignIn(account, outOfUse)

  await voidCredentials(trx, { userId: account.id, purposes: ['code'], used: open.id, reason: 'void' })
  await markActive(trx, account.id)
  const facts = { before: account.status, after: 'active' }
  return recordAsOwner(trx, { action: 'account.verified', account, facts, ctx })
}

/** The same words for every cause, also where the address is unknown [004]. */
async function wrongCode(
  trx: Trx,
  { email, ...tried }: WrongCredential & { email: string },
): Promise<Refused> {
  await countWrongCredential(trx, 'account.wrong-code', tried)
  return new Refused('wrong-code', 'This address and code do not belong together.', {
    hint: `The code works for 30 minutes, and five wrong tries end it. For a new message: ${requestLine(email)}`,
    keepsChanges: true,
  })
}

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
    findSecrets(trx, key),
  )
  refuseTooManyTries(wrong, { email, at })
  const right = await isPassword(password, passwordHash)
  if (!account || !right) throw await wrongSignIn(trx, { email, key, account, ctx })
  await forgetWrongSignIns(trx, key)
  refuseSignIn(account, [...outOfUse, 'coordinator-suspended', 'invited'], { keepsChanges: true })

  await markSignedIn(trx, { userId: account.id, at })
  return recordAsOwner(trx, { action: 'account.signed-in', account, ctx })
}

/** Counted in the transaction that judged it, known or not; the owner hears once of a row that grows long. */
async function wrongSignIn(
  trx: Trx,
  { email, key, account, ctx }: WrongTry & { email: string; key: string },
): Promise<Refused> {
  const inARow = await countWrongSignIn(trx, { key, at: ctx.at })
  await recordWrongTry(trx, { action: 'account.wrong-password', account, ctx })
  if (inARow === maxQuickTries) {
    const to = account?.centre && !account.centre.deleted ? account : undefined
    const write = (owner: Account) => queueMessage(trx, ctx, { letter: 'sign-in-slowed', to: owner })
    await writeOrPretend(trx, { to, at: ctx.at, write })
  }
  return new Refused('wrong-sign-in', 'The e-mail address or the password is not right.', {
    hint: `For a new password: ${requestLine(email)}`,
    keepsChanges: true,
  })
}

const minPause = 5 * 60_000
const maxPerDay = 5

/**
 * What 'Activate account' and 'Forgotten your password?' do: a message, if the address is known
 * and its account could be used. What came of it is not told: the same answer for everyone [004].
 */
export async function requestAccount(
  trx: Trx,
  { email, ctx }: { email: string; ctx: RuleContext },
): Promise<{ email: string }> {
  const { at } = ctx
  const account = await claimedAccount(trx, { email, at })
  const requests = await accountRequests(trx, { userId: account?.id ?? nobody, since: dayBefore(at) })
  const to = account && mayBeSent(account, { requests, at }) ? account : undefined
  await writeOrPretend(trx, { to, at, write: (someone) => send(trx, { account: someone, ctx }) })

  const { by } = account ? asOwner(ctx, account) : ctx
  const facts = { sends: to !== undefined }
  await appendAudit(trx, { by, at, action: 'account.requested', kind: 'event', subject: account, facts })
  return { email }
}

/** Whoever asks again at once, or all day, gets nothing new: what they have stays valid. */
function mayBeSent(account: Account, { requests, at }: { requests: readonly Date[]; at: Date }): boolean {
  if (!account.centre || account.centre.deleted || account.status === 'suspended') return false
  const [latest, ...earlier] = requests
  if (!latest) return true
  return at.getTime() - latest.getTime() >= minPause && earlier.length + 1 < maxPerDay
}

async function send(trx: Trx, { account, ctx }: { account: Account; ctx: RuleContext }): Promise<void> {
  const { at } = ctx
  const fields = { sender: 'Somebody, probably you,' }
  if (account.status === 'active')
    await queueMessage(trx, ctx, { letter: 'password-reset', to: account, fields })
  else await sendSetUpMessage(trx, { account, ctx })
  await noteAccountRequest(trx, { userId: account.id, at, since: dayBefore(at) })
}

function dayBefore(at: Date): Date {
  return new Date(at.getTime() - hours(24))
}

interface OwnEvent {
  action: string
  account: Account
  facts?: Record<string, unknown>
  ctx: RuleContext
}

/** What somebody did with their own account, in the log. @returns the account as it is now */
async function recordAsOwner(trx: Trx, { action, account, facts, ctx }: OwnEvent): Promise<Account> {
  await appendAudit(trx, { ...asOwner(ctx, account), action, kind: 'event', subject: account, facts })
  return accountById(trx, { id: account.id, at: ctx.at })
}
