import type { KeyObject } from 'node:crypto'
import { shellWord } from '../shell-word.ts'
import { type Credential, findCredential, findOpenCredential, voidCredentials } from '../db/credentials.ts'
import type { CredentialPurpose } from '../db/schema.ts'
import type { Keys } from '../db/store/keys.ts'
import { awaitAll, type Trx } from '../db/transact.ts'
import { markActive, markSignedIn, type Secrets, findSecrets } from '../db/users/passwords.ts'
import {
  accountRequests,
  countWrongPin,
  countWrongSignIn,
  countFailedAttempt,
  forgetWrongSignIns,
  noteAccountRequest,
  wrongSignInsFor,
} from '../db/rate-limits.ts'
import { Refused } from '../errors.ts'
import { choosePassword, isPassword, type NewPassword } from './account/password.ts'
import {
  ownerContext,
  findClaimedAccount,
  maxAttemptsWithoutDelay,
  dummyId,
  recordFailedAttempt,
  requestCommand,
  refuseSignIn,
  refuseTooManyAttempts,
  writeOrSimulate,
  type FailedAttempt,
} from './account/self-service.ts'
import { appendAudit } from './audit/append.ts'
import {
  codeOf,
  isLinkPurpose,
  linkSecretOf,
  looksLikeTemporaryPassword,
  maxFailedAttempts,
  pinOf,
  readLink,
  temporaryPasswordOf,
  timingSafeEqualText,
} from './credentials/derive.ts'
import { hours } from './credentials/lifetimes.ts'
import { queueMessage, queueSetUpMessage } from './mail/queue-message.ts'
import type { RuleContext } from './permissions/actor.ts'
import type { Account } from './users/account.ts'
import { accountById } from './users/changed.ts'
import { parseAddress } from './users/email.ts'

/** The reasons that refuse an owner after any right secret: PIN, link, temporary password, code or password. */
const alwaysBlocking = ['deleted', 'suspended', 'no-centre', 'centre-deleted'] as const

interface Activation {
  email: string
  pin: string
  password: NewPassword
  /** The key from which PINs are derived. */
  key: KeyObject
  ctx: RuleContext
}

/** A new user chooses a password with address and PIN [004]; the code that is sent then proves the mailbox. */
export async function activateAccount(
  trx: Trx,
  { email, pin, password, key, ctx }: Activation,
): Promise<Account> {
  const { at } = ctx
  const { key: ofAddress } = parseAddress(email)
  const [account, secrets] = await awaitAll(
    findClaimedAccount(trx, { email, at }),
    findSecrets(trx, ofAddress),
  )
  const isRight = isPinOf(secrets, { account, pin, key })
  if (!account || !isRight) throw await wrongPin(trx, { email, account, ctx })
  refuseSignIn(account, alwaysBlocking)

  await choosePassword(trx, { account, password, proof: 'pin', secrets, ctx })
  await queueMessage(trx, ownerContext(ctx, account), { letter: 'verification-code', to: account })
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

/** Counts and records the try; the message is the same for every cause, even for an unknown address [004]. */
async function wrongPin(
  trx: Trx,
  { email, account, ctx }: FailedAttempt & { email: string },
): Promise<Refused> {
  const judged = account?.pin === 'issued'
  await countWrongPin(trx, { userId: judged ? account.id : dummyId, max: maxFailedAttempts })
  await recordFailedAttempt(trx, { action: 'account.wrong-pin', judged, account, ctx })
  return new Refused('wrong-pin', 'This address and PIN do not open an account.', {
    hint: `Check both on the sheet they came on. After five wrong PINs, or 30 days, a new one is needed: ssh-admin users pin ${shellWord(parseAddress(email).email)}`,
    commitsChanges: true,
  })
}

interface SetUp {
  link: string
  /** The address that was typed beside the link, whose account the link must belong to. */
  email?: string | undefined
  password: NewPassword
  keys: Keys
  ctx: RuleContext
}

/** Checks that a link opens an account now, before a password is asked for. @throws Refused with the reason */
export async function checkLink(
  trx: Trx,
  { link, email, keys, ctx }: Omit<SetUp, 'password'>,
): Promise<{ credential: Credential; account: Account }> {
  const { at } = ctx
  const credential = await provenCredential(trx, { link, keys })
  const account = await accountById(trx, { id: credential.userId, at })
  if (email !== undefined && (await findClaimedAccount(trx, { email, at }))?.id !== account.id)
    throw wrongLink(link)
  refuseUnusableLink(credential, { account, at })
  refuseSignIn(account, alwaysBlocking)
  return { credential, account }
}

/** Sets the password and activates the account, because a link proves the mailbox. */
export async function setUpWithLink(trx: Trx, { link, email, password, keys, ctx }: SetUp): Promise<Account> {
  const { credential, account } = await checkLink(trx, { link, email, keys, ctx })

  await choosePassword(trx, { account, password, proof: credential.id, ctx })
  await markActive(trx, account.id)
  const facts = { with: credential.purpose, before: account.status, after: 'active' }
  return recordAsOwner(trx, { action: 'account.password-chosen', account, facts, ctx })
}

interface WithTemporaryPassword extends Omit<SetUp, 'link' | 'email'> {
  email: string
  temporaryPassword: string
}

/** Sets the password; the invitation's temporary password does not prove the mailbox, so a code is sent. */
export async function setUpWithTemporaryPassword(
  trx: Trx,
  { email, temporaryPassword, password, keys, ctx }: WithTemporaryPassword,
): Promise<Account> {
  const { at } = ctx
  const account = await findClaimedAccount(trx, { email, at })
  const purpose = 'temporary-password'
  const open = await openCredentialOf(trx, { account, purpose, at })
  const isRight =
    open &&
    timingSafeEqualText(
      withoutSeparators(temporaryPassword),
      withoutSeparators(temporaryPasswordOf(keys.code, open)),
    )
  if (!account || !open || !isRight) throw await wrongTemporaryPassword(trx, { email, account, open, ctx })
  refuseSignIn(account, alwaysBlocking)

  await choosePassword(trx, { account, password, proof: open.id, ctx })
  await queueMessage(trx, ownerContext(ctx, account), { letter: 'verification-code', to: account })
  return recordAsOwner(trx, { action: 'account.password-chosen', account, facts: { with: purpose }, ctx })
}

/** The groups of a temporary password may be typed with or without hyphens and blanks between them. */
function withoutSeparators(temporaryPassword: string): string {
  return temporaryPassword.replace(/[\s-]/g, '')
}

/** Counts and records the try; the message is the same for every cause, even for an unknown address [004]. */
async function wrongTemporaryPassword(
  trx: Trx,
  { email, ...tried }: WrongCredential & { email: string },
): Promise<Refused> {
  await countWrongCredential(trx, 'account.wrong-temporary-password', tried)
  return new Refused(
    'wrong-temporary-password',
    'This address and temporary password do not open an account.',
    {
      hint: `It works for 48 hours, one time, and five wrong tries end it. For a new one: ${requestCommand(email)}`,
      commitsChanges: true,
    },
  )
}

async function provenCredential(trx: Trx, { link, keys }: { link: string; keys: Keys }): Promise<Credential> {
  const read = readLink(link)
  const credential = read && (await findCredential(trx, read.id))
  const isProven =
    credential &&
    isLinkPurpose(credential.purpose) &&
    timingSafeEqualText(read.proof, linkSecretOf(keys.link, credential))
  if (isProven) return credential
  throw wrongLink(link)
}

/** An invitation contains no link: where its temporary password was typed, the hint names the right command. */
function wrongLink(typed: string): Refused {
  const hint = looksLikeTemporaryPassword(typed)
    ? 'A temporary password goes with its address: ssh-admin account set-up EMAIL'
    : 'Copy the whole link from the message. For a new one: ssh-admin account request EMAIL'
  return new Refused('wrong-link', 'This link opens no account.', { hint })
}

function refuseUnusableLink(credential: Credential, { account, at }: { account: Account; at: Date }): void {
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

/** The account's open credential of a purpose; undefined where there is none, or it has expired. */
async function openCredentialOf(
  trx: Trx,
  { account, purpose, at }: { account: Account | undefined; purpose: CredentialPurpose; at: Date },
): Promise<Credential | undefined> {
  const credential = await findOpenCredential(trx, { userId: account?.id ?? dummyId, purpose })
  return credential && !hasExpired(credential, at) ? credential : undefined
}

interface WrongCredential extends FailedAttempt {
  /** The open credential that the try was compared with; undefined where none is open. */
  open: Credential | undefined
}

async function countWrongCredential(
  trx: Trx,
  action: string,
  { open, ...tried }: WrongCredential,
): Promise<void> {
  await countFailedAttempt(trx, { credential: open ?? { id: dummyId }, max: maxFailedAttempts })
  await recordFailedAttempt(trx, { action, judged: open !== undefined, ...tried })
}

function hasExpired({ expiresAt }: Credential, at: Date): boolean {
  return at.getTime() >= Date.parse(expiresAt)
}

interface Verification {
  email: string
  code: string
  /** The key from which codes are derived. */
  key: KeyObject
  ctx: RuleContext
}

/** Activates the account, because the code from the message proves the mailbox. */
export async function verifyAccount(trx: Trx, { email, code, key, ctx }: Verification): Promise<Account> {
  const { at } = ctx
  const account = await findClaimedAccount(trx, { email, at })
  const open = await openCredentialOf(trx, { account, purpose: 'code', at })
  const isRight = open && timingSafeEqualText(code.replace(/\s/g, ''), codeOf(key, open))
  if (!account || !open || !isRight) throw await wrongCode(trx, { email, account, open, ctx })
  refuseSignIn(account, alwaysBlocking)

  await voidCredentials(trx, { userId: account.id, purposes: ['code'], used: open.id, reason: 'void' })
  await markActive(trx, account.id)
  const facts = { before: account.status, after: 'active' }
  return recordAsOwner(trx, { action: 'account.verified', account, facts, ctx })
}

/** Counts and records the try; the message is the same for every cause, even for an unknown address [004]. */
async function wrongCode(
  trx: Trx,
  { email, ...tried }: WrongCredential & { email: string },
): Promise<Refused> {
  await countWrongCredential(trx, 'account.wrong-code', tried)
  return new Refused('wrong-code', 'This address and code do not belong together.', {
    hint: `The code works for 30 minutes, and five wrong tries end it. For a new message: ${requestCommand(email)}`,
    commitsChanges: true,
  })
}

interface SigningIn {
  email: string
  password: string
  ctx: RuleContext
}

/** Signs in. A failure has one message for every cause [004]; the reason is told after a right password only. */
export async function signIn(trx: Trx, { email: typed, password, ctx }: SigningIn): Promise<Account> {
  const { at } = ctx
  const { email, key } = parseAddress(typed)
  const [wrong, account, { passwordHash }] = await awaitAll(
    wrongSignInsFor(trx, key),
    findClaimedAccount(trx, { email, at }),
    findSecrets(trx, key),
  )
  refuseTooManyAttempts(wrong, { email, at })
  const isRight = await isPassword(password, passwordHash)
  if (!account || !isRight) throw await wrongSignIn(trx, { email, key, account, ctx })
  await forgetWrongSignIns(trx, key)
  refuseSignIn(account, [...alwaysBlocking, 'coordinator-suspended', 'invited'], { commitsChanges: true })

  await markSignedIn(trx, { userId: account.id, at })
  return recordAsOwner(trx, { action: 'account.signed-in', account, ctx })
}

/** Counts the try in the transaction that judged it, for unknown addresses too; the owner is told of the tenth. */
async function wrongSignIn(
  trx: Trx,
  { email, key, account, ctx }: FailedAttempt & { email: string; key: string },
): Promise<Refused> {
  const inARow = await countWrongSignIn(trx, { key, at: ctx.at })
  await recordFailedAttempt(trx, { action: 'account.wrong-password', account, ctx })
  if (inARow === maxAttemptsWithoutDelay) {
    const recipient = account?.centre && !account.centre.deleted ? account : undefined
    const write = (owner: Account) => queueMessage(trx, ctx, { letter: 'sign-in-slowed', to: owner })
    await writeOrSimulate(trx, { to: recipient, at: ctx.at, write })
  }
  return new Refused('wrong-sign-in', 'The e-mail address or the password is not right.', {
    hint: `For a new password: ${requestCommand(email)}`,
    commitsChanges: true,
  })
}

const minPause = 5 * 60_000
const maxPerDay = 5

/**
 * Does what 'Activate account' and 'Forgotten your password?' do: sends a message, if an account has the address and
 * can be used. The answer is the same for everyone, so that it does not reveal whether one was sent [004].
 */
export async function requestAccount(
  trx: Trx,
  { email, ctx }: { email: string; ctx: RuleContext },
): Promise<{ email: string }> {
  const { at } = ctx
  const account = await findClaimedAccount(trx, { email, at })
  const requests = await accountRequests(trx, { userId: account?.id ?? dummyId, since: dayBefore(at) })
  const recipient = account && mayBeSent(account, { requests, at }) ? account : undefined
  await writeOrSimulate(trx, { to: recipient, at, write: (owner) => send(trx, { account: owner, ctx }) })

  const { actor } = account ? ownerContext(ctx, account) : ctx
  const facts = { sends: recipient !== undefined }
  await appendAudit(trx, { actor, at, action: 'account.requested', kind: 'event', subject: account, facts })
  return { email }
}

/** Whether a new message may be sent; requests are limited, and where none is sent the earlier message stays valid. */
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
  else await queueSetUpMessage(trx, { account, ctx })
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

/** Records in the audit log what owners did with their own account. @returns the account as it is now */
async function recordAsOwner(trx: Trx, { action, account, facts, ctx }: OwnEvent): Promise<Account> {
  await appendAudit(trx, { ...ownerContext(ctx, account), action, kind: 'event', subject: account, facts })
  return accountById(trx, { id: account.id, at: ctx.at })
}
