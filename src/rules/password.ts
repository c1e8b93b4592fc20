import { commonPasswords } from './common-passwords.ts'
import { fold } from './fold.ts'
import { Usage } from '../errors.ts'

const enough = 15
const least = 8
const most = 256

interface Owner {
  firstName: string
  lastName: string
  email: string
  centre: { number: string; name: string } | null
}

/** A password that its owner chose, with what is kept of it. */
export interface NewPassword {
  text: string
  hash: string
}

/** Reads a new password: 15 characters or more, or 8 with nothing in it that is guessed first. @throws `weak-password` */
export async function newPassword(text: string): Promise<NewPassword> {
  const password = text.normalize('NFC')
  refuseWeak(password, [])
  const { hash } = await import('@node-rs/argon2')
  return { text: password, hash: await hash(password, argon2id) }
}

/** The same for its owner: a short one holds nothing of their name, address or centre either. */
export function refuseOwnWords({ text }: NewPassword, owner: Owner): void {
  const words = [owner.firstName, owner.lastName, owner.email.split('@')[0] ?? '', owner.centre?.number ?? '']
  refuseWeak(
    text,
    [...words, owner.centre?.name ?? ''].flatMap((word) => fold(word).split(/[^\p{L}\p{N}]+/u)),
  )
}

// 19 MiB, two passes: what OWASP names as the least for argon2id.
const argon2id = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Whether it is the password kept; takes as long where there is none. */
export async function isPassword(text: string, hash: string | null): Promise<boolean> {
  const { verify } = await import('@node-rs/argon2')
  const right = await verify(hash ?? nobodys, text.normalize('NFC'))
  return hash !== null && right
}

const nobodys =
  '$argon2id$v=19$m=19456,t=2,p=1$GcgRn/6dsgG37drfwqrRqA$FIycRFYGs9RhgnwXsqZO3bcsc/KOuKNqOofBpfnDZHs'

function refuseWeak(text: string, words: readonly string[]): void {
  const why = weaknessOf(text, words)
  if (!why) return
  throw new Usage(`This password ${why}.`, {
    code: 'weak-password',
    hint: `Choose ${enough} characters or more, such as a few words that only you would put together.`,
  })
}

function weaknessOf(text: string, words: readonly string[]): string | undefined {
  const length = [...text].length
  if (length < least) return `is shorter than ${least} characters`
  if (length > most) return `is longer than ${most} characters`
  if (new Set(text).size < 5) return 'repeats too few characters'
  if (length >= enough) return undefined
  const plain = plainly(text)
  const guessed = [...commonPasswords, ...words.filter((word) => word.length >= 3)].find(
    (word) => plain.includes(word) || fold(text).includes(word),
  )
  return guessed && 'holds a word that is guessed first, or a part of your name, address or centre'
}

const lookalikes: Record<string, string> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** `P4$$w0rd` is password. */
function plainly(text: string): string {
  return fold(text).replace(/[013457@$!]/g, (sign) => lookalikes[sign] ?? sign)
}
