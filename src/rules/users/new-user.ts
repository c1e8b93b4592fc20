import { shellWord } from '../../shell-word.ts'
import type { HubRole, NewUserRow } from '../../db/schema.ts'
import { Usage } from '../../errors.ts'
import { type NamePart, type PersonName, readPersonName } from '../names.ts'
import { type NameFault, nameTextFault } from '../text-faults.ts'
import { searchKey } from '../../search-key.ts'
import { type Address, typedNewAddress, escapeInvisible } from './email.ts'

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
export function typedPerson(text: string): Person {
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
  return { address: typedNewAddress(email), ...typedName(name) }
}

// Titles and degrees behind a comma are not a first name. Ma and Ba are names, MA and BA are degrees.
const titlePattern =
  /^(?:(?:[Jj][Rr]|[Ss][Rr]|I{2,3}|IV|[Ee][Ss][Qq]|P[Hh]\.?\s?D|M\.?A|B\.?A|M\.?D|M\.?Sc|B\.?Sc|M\.?Ed|B\.?Ed)\.?)$/

/** Forms of address, which are not part of a name. */
const formOfAddress = /^(?:Dr|Prof|Mr|Mrs|Ms|Miss|Mx|Sir|Dame|Rev|Herr|Frau|Mme|Sra)\.?$/i

function typedName(text: string): TypedNames {
  const line = text.replace(/^\s*"|"\s*$/g, '')
  refuseBreaks(line)
  const fault = nameTextFault(line)
  if (fault) throw nameUsage(fault)
  const parts = line
    .split(/[,，、،﹐]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const titles = parts.length > 1 ? parts.slice(1).filter((part) => titlePattern.test(part)) : []
  const names = parts.filter((part, at) => at === 0 || !titlePattern.test(part))
  const [name = '', first] = names
  const withTitles = (last: string) => [last, ...titles].join(', ')
  // With three parts, or a form of address behind a comma, the last name cannot be told.
  if (names.length > 2 || parts.slice(1).some((part) => formOfAddress.test(part)))
    throw new Usage(`It cannot be told which of '${escapeInvisible(line)}' is the last name.`, {
      code: 'invalid-person',
      hint: "Write it without commas: 'First Last <email>'",
    })
  // Address books and lists of pupils write `Last, First`.
  if (first !== undefined) return typedNames({ firstName: first, lastName: withTitles(name) })
  const words = name.split(/\s+/u).filter((word) => word !== '')
  if (words.length === 0) throw new Usage('A name is missing.', { code: 'name-missing' })
  const lastName = words.length > 1 || titles.length > 0 ? withTitles(words.pop() ?? '') : ''
  return typedNames({ firstName: words.join(' '), lastName })
}

/** Reads the two names, typed separately. @throws Usage for a text that is no name */
export function typedNames(texts: { firstName: string; lastName: string }): TypedNames {
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
