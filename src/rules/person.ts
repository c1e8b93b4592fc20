import { Usage } from '../errors.ts'
import { type Address, typedAddress, visible } from './email.ts'

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
  const name = cleanName(text.replace(/^\s*"|"\s*$/g, ''))
  if (name === '') throw new Usage('A name is missing.', { code: 'name-missing' })
  const words = name.split(' ')
  const lastName = words.length > 1 ? (words.pop() ?? '') : ''
  return { firstName: words.join(' '), lastName }
}

/** A name, or part of one, with its blanks in order. @throws `invalid-name` */
export function cleanName(text: string): string {
  const name = text.normalize('NFC').replace(/\s+/gu, ' ').trim()
  if (/[\p{Cc}\u200b\u202a-\u202e\u2066-\u2069\ufeff]/u.test(name)) {
    throw new Usage(`${visible(name)} contains an invisible character.`, { code: 'invalid-name' })
  }
  return name
}
