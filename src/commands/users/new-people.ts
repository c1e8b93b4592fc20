import { Usage } from '../../errors.ts'
import type { Addition } from '../../rules/users/add.ts'
import { type Address, typedAddress } from '../../rules/users/email.ts'
import { typedPerson } from '../../rules/users/person.ts'

export interface Place {
  centre: string | undefined
  admin: boolean
  roles: readonly string[]
  sites: readonly string[]
}

/** Somebody to be added, as far as is known yet. */
export interface NewPerson extends Place {
  address: Address
  name: { firstName: string; lastName: string } | undefined
}

/** Reads `Amira Haddad <amira@school.example>`, or an address whose name is still to be asked for. */
export function readPerson(text: string, place: Place): NewPerson {
  if (!text.includes('<')) return { ...place, address: typedAddress(text), name: undefined }
  const { address, firstName, lastName } = typedPerson(text)
  return { ...place, address, name: { firstName, lastName } }
}

/** What the rule is asked to add, once everything is known. */
export function additionOf({
  address,
  name,
  centre,
  admin,
  roles,
  sites,
}: NewPerson): Omit<Addition, 'given'> {
  if (!name || centre === undefined) throw new Error('a person is added before everything was asked')
  return { person: { address, ...name }, centre, admin, roles, sites }
}

/** Nobody is added twice in one call. */
export function refuseNamedTwice(people: readonly NewPerson[]): void {
  const seen = new Set<string>()
  for (const { address } of people) {
    if (seen.has(address.key)) throw new Usage(`${address.email} is named twice.`, { code: 'named-twice' })
    seen.add(address.key)
  }
}
