import type { Credential } from '../db/credentials.ts'
import { dayInWords } from '../plain-time.ts'
import { lifetimes } from '../rules/credentials/lifetimes.ts'
import type { CredentialPurpose, OutboxRow } from '../db/schema.ts'
import type { Keys } from '../db/store/keys.ts'
import { codeOf, isLinkPurpose, linkOf, temporaryPasswordOf } from '../rules/credentials/derive.ts'
import { isLetterName, type LetterName, letters } from '../rules/mail/letters.ts'
import type { Values } from './fill-in.ts'

/** The variables that every template may name. */
const commonVariables = [
  'name',
  'firstName',
  'lastName',
  'email',
  'centreName',
  'centreNumber',
  'sender',
  'hub',
] as const

/** The variables that the template of a letter may name. */
export function variablesFor(letter: LetterName): string[] {
  const { carries, fields = [] } = letters[letter]
  const timed = carries || letter === 'account-activation' ? ['until', 'lifetime'] : []
  return [...commonVariables, ...fields, ...(carries ? [carries] : []), ...timed]
}

export interface Source {
  row: Pick<OutboxRow, 'letter' | 'fields' | 'created_at' | 'claimed_at' | 'delivered_at' | 'expires_at'>
  /** The purpose of the credential that the message carries, if any. */
  purpose: CredentialPurpose | undefined
  baseUrl: string
}

/** The values of a message, without the secret that it carries. */
export function valuesOf({ row, purpose, baseUrl }: Source): Values {
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(JSON.parse(row.fields))) {
    if (value !== '') fields[name] = String(value)
  }
  const { firstName = '', lastName = '', email = '' } = fields
  const values: Record<string, string> = {
    name: `${firstName} ${lastName}`.trim() || email,
    sender: 'Cambridge International',
    hub: baseUrl.replace(/\/+$/, ''),
    until: row.expires_at ? momentInWords(new Date(row.expires_at)) : '',
    lifetime: remainingLifetime(row) ?? lifetimeOf(purpose),
    ...fields,
  }
  if (!isLetterName(row.letter)) return values
  return Object.fromEntries(variablesFor(row.letter).map((name) => [name, values[name] ?? '']))
}

/** The link, temporary password or code: derived when needed, and stored nowhere. */
export function secretOf(
  credential: Credential,
  { keys, baseUrl }: { keys: Keys; baseUrl: string },
): Record<string, string> {
  const { purpose } = credential
  if (isLinkPurpose(purpose)) {
    return { link: linkOf(keys.link, { credential: { ...credential, purpose }, baseUrl }) }
  }
  if (purpose === 'code') return { code: codeOf(keys.code, credential) }
  return { temporaryPassword: temporaryPasswordOf(keys.code, credential) }
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** `Wednesday 4 March 2026 at 09:00 UTC`: the month as a word, since 4/3 is March here and April there. */
function momentInWords(at: Date): string {
  return `${weekdays[at.getUTCDay()]} ${dayInWords(at)} at ${at.toISOString().slice(11, 16)} UTC`
}

/** The usual lifetime, in words, of what a letter carries; that of a PIN where the letter carries nothing. */
function lifetimeOf(purpose: CredentialPurpose | undefined): string {
  return lifetimeInWords(lifetimes[purpose ?? 'pin'])
}

/** The lifetime that is left when the letter goes out: the letter may have waited. */
function remainingLifetime({
  expires_at,
  delivered_at,
  claimed_at,
  created_at,
}: Source['row']): string | undefined {
  if (expires_at === null) return undefined
  return lifetimeInWords(Date.parse(expires_at) - Date.parse(delivered_at ?? claimed_at ?? created_at))
}

/** Counts an hour or day that has begun as whole: the letter names the end to the minute as well. */
function lifetimeInWords(milliseconds: number): string {
  const minutes = Math.max(1, Math.ceil(milliseconds / 60_000))
  if (minutes === 1) return '1 minute'
  if (minutes < 120) return `${minutes} minutes`
  return minutes > 72 * 60 ? `${Math.ceil(minutes / 1440)} days` : `${Math.ceil(minutes / 60)} hours`
}

const samplePerson: Values = {
  name: 'Amira Haddad',
  firstName: 'Amira',
  lastName: 'Haddad',
  email: 'amira@school.example',
  sender: 'Cambridge International',
  hub: 'https://hub.example',
  until: 'Wednesday 4 March 2026 at 09:00 UTC',
  oldEmail: 'old@school.example',
  newEmail: 'amira@school.example',
  link: 'https://hub.example/this-is-a-sample',
  code: '000000',
  temporaryPassword: 'SMPL-SMPL-SMPL-SMPL',
}

/** The values of a letter to an invented person; nothing in it opens anything. */
export function sampleOf(letter: LetterName, centre: 'with' | 'without'): Values {
  const centreFields =
    centre === 'with'
      ? { centreName: 'Nile Valley School', centreNumber: 'EG001' }
      : { centreName: '', centreNumber: '' }
  const all: Values = { ...samplePerson, ...centreFields, lifetime: lifetimeOf(letters[letter].credential) }
  return Object.fromEntries(variablesFor(letter).map((name) => [name, all[name] ?? '']))
}
