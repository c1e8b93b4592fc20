import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { Credential } from '../../db/credentials.ts'

/** Wrong tries after which a PIN or a code is void. */
export const maxFailedAttempts = 5

/** Eight digits, derived and never stored: a stolen store opens nothing, and a lost sheet can be made again. */
export function pinOf(key: KeyObject, nonce: Buffer): string {
  const seal = createHmac('sha256', key).update(lengthPrefixed('pin', nonce)).digest()
  return String(firstBytesModulo(seal, 100_000_000)).padStart(8, '0')
}

/** The first eight bytes as a number modulo `divisor`, computed in steps that stay below 2^53 and so remain exact. */
export function firstBytesModulo(seal: Buffer, divisor: number): number {
  const high = ((seal.readUIntBE(0, 3) % divisor) * 2 ** 24 + seal.readUIntBE(3, 3)) % divisor
  return (high * 2 ** 16 + seal.readUInt16BE(6)) % divisor
}

/** The PIN as it is printed and read aloud: two groups of four digits. */
export function printedPin(pin: string): string {
  return `${pin.slice(0, 4)} ${pin.slice(4)}`
}

interface Proof {
  purpose: string
  userId: number
  nonce: Buffer
}

/** The secret half of a link: base64url of the whole HMAC. */
export function linkSecretOf(key: KeyObject, { purpose, userId, nonce }: Proof): string {
  return createHmac('sha256', key)
    .update(lengthPrefixed(purpose, String(userId), nonce))
    .digest('base64url')
}

/** Six digits for the verification code that goes out by e-mail. */
export function codeOf(key: KeyObject, { userId, nonce }: { userId: number; nonce: Buffer }): string {
  const seal = createHmac('sha256', key)
    .update(lengthPrefixed('code', String(userId), nonce))
    .digest()
  return String(firstBytesModulo(seal, 1_000_000)).padStart(6, '0')
}

// Leaves out letters and digits that are mistaken for one another.
const legibleCharacters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789'

/** Sixteen characters in groups of four, for the invitation. */
export function temporaryPasswordOf(
  key: KeyObject,
  { userId, nonce }: { userId: number; nonce: Buffer },
): string {
  const seal = createHmac('sha512', key)
    .update(lengthPrefixed('temporary-password', String(userId), nonce))
    .digest()
  const letters = Array.from({ length: 16 }, (_, at) => {
    return legibleCharacters[seal.readUInt32BE(at * 4) % legibleCharacters.length]
  })
  return letters.join('').replace(/(.{4})(?=.)/g, '$1-')
}

export function looksLikeTemporaryPassword(typed: string): boolean {
  return /^[A-Za-z0-9]{4}([\s-][A-Za-z0-9]{4}){3}$/.test(typed.trim())
}

/** Compares a typed secret with the right one in constant time. */
export function timingSafeEqualText(typed: string, expected: string): boolean {
  const one = Buffer.from(typed)
  const other = Buffer.from(expected)
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Joins fields, each after its length, so that different fields never make equal bytes. */
export function lengthPrefixed(...fields: readonly (string | Buffer)[]): Buffer {
  const size = fields.reduce((sum, field) => sum + 4 + Buffer.byteLength(field), 0)
  const bytes = Buffer.alloc(size)
  let at = 0
  for (const field of fields) {
    const length = typeof field === 'string' ? bytes.write(field, at + 4) : field.copy(bytes, at + 4)
    bytes.writeUInt32BE(length, at)
    at += 4 + length
  }
  return bytes
}

const linkPaths = { 'set-up': 'set-up', reset: 'reset-password' } as const

type LinkPurpose = keyof typeof linkPaths

export function isLinkPurpose(purpose: string): purpose is LinkPurpose {
  return Object.hasOwn(linkPaths, purpose)
}

/** Derives the link of a credential, which is the same each time. */
export function linkOf(
  key: KeyObject,
  { credential, baseUrl }: { credential: Credential & { purpose: LinkPurpose }; baseUrl: string },
): string {
  const { id, purpose } = credential
  return `${baseUrl.replace(/\/+$/, '')}/${linkPaths[purpose]}/${id}.${linkSecretOf(key, credential)}`
}

/** The number and the proof of a link as somebody pasted it, whole or only its end. */
export function readLink(text: string): { id: number; proof: string } | undefined {
  const found = /(?:^|\/)(\d{1,15})\.([A-Za-z0-9_-]{43})$/.exec(text.trim())
  return found?.[1] && found[2] ? { id: Number(found[1]), proof: found[2] } : undefined
}
