import { Usage } from '../errors.ts'
import { type Address, typedAddress, visible } from './email.ts'
import { type NameFault, type NamePart, nameTextFault, type PersonName, readPersonName } from './names.ts'

/** A new person as they are typed. */
export interface Person {
  address: Address
  firstName: string
  lastName: string
}

const shape = /^\s*(.*?)\s*<([^<>]+)>\s*$/s

/** Reads `Amira Haddad <amira@school.example>`; the last word of the name is the last name. */
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

/** The first and last name in one line of text. */
export function typedName(text: string): { firstName: string; lastName: string } {
  const line = text.replace(/^\s*"|"\s*$/g, '')
  refuseBreaks(line)
  const fault = nameTextFault(line)
  if (fault) throw notAName(fault)
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
