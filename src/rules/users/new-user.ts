import type { HubRole, NewUserRow } from '../../db/schema.ts'
import { Usage } from '../../errors.ts'
import { type NameFault, type NamePart, nameTextFault, type PersonName, readPersonName } from '../names.ts'
import { searchKey } from '../search-key.ts'
import { type Address, typedAddress, visible } from './email.ts'

interface NewUser {
  address: Address
  firstName: string
  lastName: string
  centreId: number
  hubRole: HubRole | null
}

interface Issuing {
  at: string
  /** The nonce of the PIN they are given; absent when a message lets them in. */
  pinNonce?: Buffer
  importId?: number
}

/** What a new user is, however many are made at once. */
export function newUser(person: NewUser, { at, pinNonce, importId }: Issuing): NewUserRow {
  const { address, firstName, lastName, centreId, hubRole } = person
  return {
    email: address.email,
    email_key: address.key,
    first_name: firstName,
    last_name: lastName,
    folded: userSearchKey({ email: address.email, firstName, lastName }),
    centre_id: centreId,
    hub_role: hubRole,
    status: 'invited',
    status_before_suspension: null,
    status_before_deletion: null,
    password_hash: null,
    pin_nonce: pinNonce ?? null,
    pin_state: pinNonce ? 'issued' : 'none',
    pin_issued_at: pinNonce ? at : null,
    pin_wrong_tries: 0,
    created_at: at,
    edited_at: null,
    suspended_at: null,
    deleted_at: null,
    last_signed_in_at: null,
    created_by_import: importId ?? null,
  }
}

/** What searching for a user looks through. */
export function userSearchKey({
  email,
  firstName,
  lastName,
}: {
  email: string
  firstName: string
  lastName: string
}): string {
  return searchKey(`${firstName} ${lastName} ${email}`).trim()
}

/** A new user is a teacher, or has no hub role when only service roles are given. */
export function hubRoleFor(roles: readonly string[]): HubRole | null {
  if (roles.includes('coordinator')) return 'coordinator'
  if (roles.includes('admin')) return 'admin'
  if (roles.includes('teacher') || roles.length === 0) return 'teacher'
  return null
}

/** A new person as they are typed. */
export interface Person {
  address: Address
  firstName: string
  lastName: string
}

const shape = /^\s*(.*?)\s*<([^<>]+)>\s*$/s

/** Reads `Amira Haddad <amira@school.example>`, or `Haddad, Amira <…>`; the last word of the name is the last name. */
export function typedPerson(text: string): Person {
  const [, name = '', email] = shape.exec(text) ?? []
  if (email === undefined) {
    throw new Usage(`${visible(text)} has no name: 'Amira Haddad <amira@school.example>'.`, {
      code: 'invalid-person',
      hint: "Put it in quotes: 'First Last <email>'",
    })
  }
  return { address: typedAddress(email), ...typedName(name) }
}

// As address books and lists of pupils write it.
const lastThenFirst = /^\s*([^,]*[^\s,])\s*,\s*([^\s,][^,]*?)\s*$/u
// What follows some names behind a comma, and is no first name.
const title = /^(jr|sr|ii|iii|iv|phd|ph\.d|md|m\.d|m\.?a|b\.?a|m\.?ed|b\.?ed|esq)\.?$/i

/** The first and last name in one line of text. */
function typedName(text: string): { firstName: string; lastName: string } {
  const line = text.replace(/^\s*"|"\s*$/g, '')
  refuseBreaks(line)
  const fault = nameTextFault(line)
  if (fault) throw notAName(fault)
  const [, last, first] = lastThenFirst.exec(line) ?? []
  if (last !== undefined && first !== undefined && !title.test(first))
    return typedNames({ firstName: first, lastName: last })
  const words = line.split(/\s+/u).filter((word) => word !== '')
  if (words.length === 0) throw new Usage('A name is missing.', { code: 'name-missing' })
  const lastName = words.length > 1 ? (words.pop() ?? '') : ''
  return typedNames({ firstName: words.join(' '), lastName })
}

/** The two names as they were typed, each for itself. @throws Usage for what is no name */
export function typedNames(texts: { firstName: string; lastName: string }): {
  firstName: string
  lastName: string
} {
  refuseBreaks(texts.firstName)
  refuseBreaks(texts.lastName)
  return namesIn(readPersonName(texts))
}

/** @throws Usage for the first fault */
export function namesIn({ firstName, lastName, faults }: PersonName): {
  firstName: string
  lastName: string
} {
  const [fault] = faults
  if (fault) throw notAName(fault)
  return { firstName, lastName }
}

/** A line break in a cell is how a cell is filled; typed, it would break a header or a list. */
function refuseBreaks(text: string): void {
  if (!/[\p{Cc}\u2028\u2029]/u.test(text)) return
  throw new Usage(`The name holds a line break or another control: ${visible(text)}.`, { code: 'not-a-name' })
}

function notAName({ field, code, message, hint }: NameFault & { field?: NamePart }): Usage {
  const what = field === undefined ? 'name' : field === 'firstName' ? 'first name' : 'last name'
  const more = hint === undefined ? {} : { hint }
  return new Usage(`The ${what} ${message}.`, {
    code,
    ...more,
    details: field === undefined ? {} : { field },
  })
}
