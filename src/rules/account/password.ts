import { voidCredentials } from '../../db/credentials.ts'
import { cancelMessages } from '../../db/outbox.ts'
import type { Trx } from '../../db/transact.ts'
import { type Secrets, findSecrets, setPassword } from '../../db/users/passwords.ts'
import { forgetWrongSignIns } from '../../db/rate-limits.ts'
import { Usage } from '../../errors.ts'
import { queueMessage } from '../mail/queue-message.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { searchKey } from '../../search-key.ts'
import type { Account } from '../users/account.ts'
import { ownerContext } from './self-service.ts'

/** The minimum for a password without a second factor, in characters [NIST 800-63B-4]. */
const minLength = 15
const maxLength = 128
/** How many different letters and digits a password must have beside words that are guessed first. */
const minOwnCharacters = 6

/** Shown before somebody is asked to choose a password. */
export const passwordRule = `A password has ${minLength} to ${maxLength} characters: a few words that only you would put together. It is no common password, no row of signs or part repeated, and not made of your name, your address or your centre.`

interface Owner {
  firstName: string
  lastName: string
  email: string
  centre: { number: string; name: string } | null
}

/** A password that its owner chose, with the hash that is stored. */
export interface NewPassword {
  text: string
  hash: string
}

/** Checks and hashes a new password. @throws `weak-password` */
export async function hashNewPassword(text: string): Promise<NewPassword> {
  const weakness = await weaknessOf(text)
  if (weakness) throw weakPassword(weakness)
  const password = text.normalize('NFC')
  const { hash } = await import('@node-rs/argon2')
  return { text: password, hash: await hash(password, argon2id) }
}

let common: ReadonlySet<string> | undefined

/** Why nobody may choose this password, as the end of a sentence; undefined where it is strong enough. */
export async function weaknessOf(text: string): Promise<string | undefined> {
  const length = [...text.normalize('NFC')].length
  if (length < minLength) return `is shorter than ${minLength} characters`
  if (length > maxLength) return `is longer than ${maxLength} characters`
  const compared = comparedForm(text)
  common ??= new Set((await import('./common-passwords.ts')).commonPasswords().map(comparedForm))
  if (common.has(compared)) return 'is one of the common passwords, which are guessed first'
  if (isOnlyRuns(text)) return 'is a row of signs that follow one another'
  if (isRepeated(compared)) return 'is one part repeated'
  for (const word of common) {
    if (
      word.length > 3 &&
      compared.includes(word) &&
      countOwnCharacters(compared, [word]) < minOwnCharacters
    ) {
      return 'is a common password, which is guessed first, with little more'
    }
  }
  return undefined
}

/** Refuses a password made of what everybody knows of its owner and of this service. @throws `weak-password` */
export function refuseOwnWords({ text }: NewPassword, owner: Owner): void {
  const weakness = ownWordsIn(text, owner)
  if (weakness) throw weakPassword(weakness)
}

/** Whether a password is made of what everybody knows, as the end of a sentence; undefined where it is not. */
export function ownWordsIn(text: string, { firstName, lastName, email, centre }: Owner): string | undefined {
  const known = [firstName, lastName, email, centre?.number ?? '', centre?.name ?? '', ...serviceWords]
  const words = known
    .flatMap((words) => [words, ...words.split(/[^\p{L}\p{N}]+/u)])
    .map(comparedForm)
    .filter((word) => word.length >= 3)
  return countOwnCharacters(comparedForm(text), words) < minOwnCharacters
    ? 'is made of your name, your address or your centre'
    : undefined
}

const serviceWords = ['cambridge', 'international', 'school', 'support', 'hub']

function weakPassword(weakness: string): Usage {
  return new Usage(`This password ${weakness}.`, { code: 'weak-password', hint: passwordRule })
}

/** How many different letters and digits are left once these words are taken out. */
function countOwnCharacters(compared: string, words: readonly string[]): number {
  const longestFirst = [...words].sort((one, other) => other.length - one.length)
  const remaining = longestFirst.reduce((text, word) => text.replaceAll(word, ' '), compared)
  return new Set(remaining.replace(/[^\p{L}\p{N}]/gu, '')).size
}

/** Whether a text is a shorter one written at least twice, the last time perhaps not to its end. */
function isRepeated(text: string): boolean {
  for (let length = 1; length <= text.length / 2; length += 1) {
    if (text.slice(length) === text.slice(0, -length)) return true
  }
  return false
}

// 19 MiB and two passes: the minimum that OWASP names for argon2id.
const argon2id = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/**
 * Whether the text matches the stored hash; the present rules for passwords are not applied. Where there is no hash, a
 * dummy hash is verified, so that the answer takes as long.
 */
export async function isPassword(text: string, hash: string | null): Promise<boolean> {
  const { verify } = await import('@node-rs/argon2')
  const right = await verify(hash ?? dummyHash, text.normalize('NFC'))
  return hash !== null && right
}

const dummyHash =
  '$argon2id$v=19$m=19456,t=2,p=1$GcgRn/6dsgG37drfwqrRqA$FIycRFYGs9RhgnwXsqZO3bcsc/KOuKNqOofBpfnDZHs'

const keyboardRows = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
]
const digits = '01234567890'

/** Whether a text is nothing but runs: `123456789012345`, `abcdefghijklmno`, `qwertyuiopasdfg`, `111222333444555`. */
function isOnlyRuns(text: string): boolean {
  const signs = [...searchKey(text).replace(/\s+/gu, '')]
  for (let at = 0; at < signs.length; ) {
    const length = runFrom(signs, at)
    if (length < 3) return false
    at += length
  }
  return true
}

/** The length of the longest run from `start` in which all steps are of one kind. */
function runFrom(signs: readonly string[], start: number): number {
  const longest = steps.map((isStep) => {
    let end = start + 1
    while (end < signs.length && isStep(signs[end - 1] ?? '', signs[end] ?? '')) end += 1
    return end - start
  })
  return Math.max(...longest)
}

type Step = (one: string, next: string) => boolean

const neighbours = (row: string, pair: string) => row.includes(pair)
const steps: readonly Step[] = [
  (one, next) => one === next,
  (one, next) => isAfter(one, next),
  (one, next) => isAfter(next, one),
  (one, next) => keyboardRows.some((row) => neighbours(row, one + next)),
  (one, next) => keyboardRows.some((row) => neighbours(row, next + one)),
]

function isAfter(one: string, next: string): boolean {
  if (digits.includes(one + next)) return true
  return /\p{L}/u.test(one) && /\p{L}/u.test(next) && one.codePointAt(0) === (next.codePointAt(0) ?? 0) - 1
}

interface Choice {
  account: Account
  password: NewPassword
  /** What the owner proved the account with: the id of a link or temporary password, or the PIN. */
  proof: number | 'pin'
  /** The account's secrets, where they were read already. */
  secrets?: Secrets
  ctx: RuleContext
}

/**
 * Sets a password. The credential that was shown is marked used; every other open link, PIN, code and temporary
 * password is void, and wrong sign-ins are no longer counted. The owner is told where it replaces a password.
 * @throws `weak-password`
 */
export async function choosePassword(
  trx: Trx,
  { account, password, proof, secrets, ctx }: Choice,
): Promise<void> {
  refuseOwnWords(password, account)
  const userId = account.id
  const { passwordHash: formerHash } = secrets ?? (await findSecrets(trx, account.emailKey))
  await setPassword(trx, { userId, hash: password.hash, pin: proof === 'pin' ? 'used' : 'void' })
  await voidCredentials(trx, {
    userId,
    purposes: ['set-up', 'reset', 'temporary-password', 'code'],
    used: proof === 'pin' ? undefined : proof,
    reason: 'void',
  })
  await cancelMessages(trx, { userId, letter: 'account-activation', reason: 'void' })
  await forgetWrongSignIns(trx, account.emailKey)
  if (formerHash !== null)
    await queueMessage(trx, ownerContext(ctx, account), { letter: 'password-changed', to: account })
}

const substitutes = { o: '0', l: '1!|i', e: '3', a: '4@', s: '5$', t: '7+', b: '8', g: '9' }
const substituted: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(substitutes).flatMap(([letter, signs]) => [...signs].map((sign) => [sign, letter])),
)

/** The compared form of a password: `P4$$ w0rd` equals `password`, and l, i and 1 are equal. */
function comparedForm(text: string): string {
  return searchKey(text)
    .replace(/\s+/gu, '')
    .replace(/[01!|i34@5$7+89]/g, (sign) => substituted[sign] ?? sign)
}
