import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Credential } from '../../db/credentials.ts'

/** Wrong tries after which a PIN or a code is void. */
export const maxWrongTries = 5

/** Eight digits, derived: a stolen store opens nothing, a lost sheet can be made again. */
export function pinOf(key: Buffer, nonce: Buffer): string {
  const seal = createHmac('sha256', key).update(lengthPrefixed('pin', nonce)).digest()
  return String(moduloOf(seal, 100_000_000)).padStart(8, '0')
}

/** What is left of the number in the first eight bytes, in steps that no number loses digits by. */
export function moduloOf(seal: Buffer, divisor: number): number {
  const high = ((seal.readUIntBE(0, 3) % divisor) * 2 ** 24 + seal.readUIntBE(3, 3)) % divisor
  return (high * 2 ** 16 + seal.readUInt16BE(6)) % divisor
}

/** As it is printed and read aloud: two groups of four. */
export function printedPin(pin: string): string {
  return `${pin.slice(0, 4)} ${pin.slice(4)}`
}

interface Proof {
  purpose: string
  userId: number
  nonce: Buffer
}

/** The secret half of a link: base64url of the whole HMAC. */
export function linkSecretOf(key: Buffer, { purpose, userId, nonce }: Proof): string {
  return createHmac('sha256', key)
    .update(lengthPrefixed(purpose, String(userId), nonce))
    .digest('base64url')
}

/** Six digits for the verification code that goes out by e-mail. */
export function codeOf(key: Buffer, { userId, nonce }: { userId: number; nonce: Buffer }): string {
  const seal = createHmac('sha256', key)
    .update(lengthPrefixed('code', String(userId), nonce))
    .digest()
  return String(moduloOf(seal, 1_000_000)).padStart(6, '0')
}

// Without letters and digits that are read as one another.
const legible = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789'

/** Sixteen characters in groups of four, for the invitation. */
export function temporaryPasswordOf(
  key: Buffer,
  { userId, nonce }: { userId: number; nonce: Buffer },
): string {
  const seal = createHmac('sha512', key)
    .update(lengthPrefixed('temporary-password', String(userId), nonce))
    .digest()
  const letters = Array.from({ length: 16 }, (_, at) => {
    return legible[seal.readUInt32BE(at * 4) % legible.length]
  })
  return letters.join('').replace(/(.{4})(?=.)/g, '$1-')
}

export function looksLikeTemporaryPassword(typed: string): boolean {
  return /^[A-Za-z0-9]{4}([\s-][A-Za-z0-9]{4}){3}$/.test(typed.trim())
}

/** Compares what was typed with what is right, in a time that tells nothing. */
export function timingSafeEqualText(typed: string, right: string): boolean {
  const one = Buffer.from(typed)
  const other = Buffer.from(right)
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Fields that cannot run into one another. */
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

const paths = { 'set-up': 'set-up', reset: 'reset-password' } as const

type LinkPurpose = keyof typeof paths

export function isLinkPurpose(purpose: string): purpose is LinkPurpose {
  return Object.hasOwn(paths, purpose)
}

/** A link, derived: the same each time it is asked for. */
export function linkOf(
  key: Buffer,
  { credential, baseUrl }: { credential: Credential & { purpose: LinkPurpose }; baseUrl: string },
): string {
  const { id, purpose } = credential
  return `${baseUrl.replace(/\/+$/, '')}/${paths[purpose]}/${id}.${linkSecretOf(key, credential)}`
}

/** The number and the proof of a link as somebody pasted it, whole or only its end. */
export function readLink(text: string): { id: number; proof: string } | undefined {
  const found = /(?:^|\/)(\d{1,15})\.([A-Za-z0-9_-]{43})$/.exec(text.trim())
  return found?.[1] && found[2] ? { id: Number(found[1]), proof: found[2] } : undefined
}
