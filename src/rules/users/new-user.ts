import { shellWord } from '../../shell-word.ts'
import type { HubRole, NewUserRow } from '../../db/schema.ts'
import { Usage } from '../../errors.ts'
import { type NamePart, type PersonName, readPersonName, splitFullName } from '../names.ts'
import { type NameFault, nameTextFault } from '../text-faults.ts'
import { searchKey } from '../../search-key.ts'
import { type Address, parseNewAddress, escapeInvisible } from './email.ts'

interface NewUser {
  address: Address
  firstName: string
  lastName: string
  centreId: number
  hubRole: HubRole | null
}

interface Issuing {
  at: string
  /** The nonce of the PIN that is issued; absent where a message lets the user set up a password. */
  pinNonce?: Buffer
  importId?: number
}

/** The row of a new user, for a single addition and for an import. */
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
    pin_nonce: pinNonce ?? null,
    pin_state: pinNonce ? 'issued' : 'none',
    pin_issued_at: pinNonce ? at : null,
    pin_wrong_tries: 0,
    created_at: at,
    created_by_import: importId ?? null,
  }
}

/** The folded text that a search for users is matched against. */
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

/** The two names of a person, read from what was typed. */
export interface TypedNames {
  firstName: string
  lastName: string
  /** Sentences that say what was left out of the names; absent: nothing. */
  tidied?: readonly string[]
}

export interface Person extends TypedNames {
  address: Address
}

const namedAddress = /^\s*(.*?)\s*<([^<>]+)>\s*$/s

/** Whether the text is an address with no name before it. */
export function isAddressAlone(text: string): boolean {
  return /^\s*[^\s<>"]+@[^\s<>"]+\s*$/.test(text)
}

/** Reads `Amira Haddad <amira@school.example>`, or `Haddad, Amira <…>`; the last word of the name is the last name. */
export function parsePerson(text: string): Person {
  const [, name = '', email] = namedAddress.exec(text) ?? []
  const [, person = '', more] =
    email === undefined ? (/^([^<>]*<[^<>]+>)\s*(\S.*?)\s*$/s.exec(text) ?? []) : []
  if (more !== undefined)
    throw new Usage(`'${escapeInvisible(more)}' stands behind the address in '${escapeInvisible(text)}'.`, {
      code: 'invalid-person',
      hint: `Somebody is written ${shellWord(person)}; what follows stands outside the quotes.`,
    })
  if (email === undefined) {
    throw new Usage(
      `'${escapeInvisible(text)}' has no ${text.includes('@') ? 'name' : 'address'}: 'Amira Haddad <amira@school.example>'.`,
      {
        code: 'invalid-person',
        hint: isAddressAlone(text)
          ? `Put the name before it, in quotes: ${shellWord(`First Last <${text.trim()}>`)}`
          : "Put it in quotes: 'First Last <email>'",
      },
    )
  }
  return { address: parseNewAddress(email), ...parseFullName(name) }
}

function parseFullName(text: string): TypedNames {
  const line = text.replace(/^\s*"|"\s*$/g, '')
  refuseBreaks(line)
  const fault = nameTextFault(line)
  if (fault) throw nameUsage(fault)
  const names = splitFullName(line)
  if (names === undefined)
    throw new Usage(`It cannot be told which of '${escapeInvisible(line)}' is the last name.`, {
      code: 'invalid-person',
      hint: "Write it without commas: 'First Last <email>'",
    })
  if (names.firstName === '' && names.lastName === '')
    throw new Usage('A name is missing.', { code: 'name-missing' })
  return parseNames(names)
}

/** Reads the two names, typed separately. @throws Usage for a text that is no name */
export function parseNames(texts: { firstName: string; lastName: string }): TypedNames {
  refuseBreaks(texts.firstName)
  refuseBreaks(texts.lastName)
  return validNames(readPersonName(texts))
}

/** @throws Usage for the first fault */
export function validNames({ firstName, lastName, faults, notices }: PersonName): TypedNames {
  const [fault] = faults
  if (fault) throw nameUsage(fault)
  const tidied = notices.map(({ field, message }) => `The ${partLabel(field)} ${message}.`)
  return { firstName, lastName, ...(tidied.length > 0 ? { tidied } : {}) }
}

function partLabel(field: NamePart): string {
  return field === 'firstName' ? 'first name' : 'last name'
}

/** In a cell a line break counts as a blank; in typed text it is refused, because it would break a header or a list. */
function refuseBreaks(text: string): void {
  if (!/[\p{Cc}\u2028\u2029]/u.test(text)) return
  throw new Usage(`The name holds a line break or another control: '${escapeInvisible(text)}'.`, {
    code: 'not-a-name',
  })
}

function nameUsage({ field, code, message, hint }: NameFault & { field?: NamePart }): Usage {
  const what = field === undefined ? 'name' : partLabel(field)
  const more = hint === undefined ? {} : { hint }
  return new Usage(`The ${what} ${message}.`, {
    code,
    ...more,
    details: field === undefined ? {} : { field },
  })
}
