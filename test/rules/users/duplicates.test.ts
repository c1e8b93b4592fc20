import { describe, expect, it } from 'vitest'
import { findDuplicates } from '../../../src/rules/users/duplicates.ts'
import { likenessOf } from '../../../src/rules/users/look-alike.ts'

let id = 0
const person = (email: string, name: string, centre = 'EG001') => {
  const [firstName = '', lastName = ''] = name.split(' ')
  id += 1
  const status = 'active' as const
  return { id, email, emailKey: email, firstName, lastName, centre, status, lastSignedInAt: null }
}
const reasons = (...people: ReturnType<typeof person>[]) => findDuplicates(people).map(({ why }) => why)

describe('accounts that may be the same person', () => {
  it('have one name and nearly one address, across centres', () => {
    expect(
      reasons(
        person('amira.haddad@school.example', 'Amira Haddad'),
        person('amira.hadad@school.example', 'Haddad Amíra', 'EG002'),
      ),
    ).toEqual(['same-name-near-address'])
  })

  it('have one name twice at one centre', () => {
    expect(
      reasons(person('amira@school.example', 'Amira Haddad'), person('office@mail.example', 'AMIRA HADDAD')),
    ).toEqual(['same-name-same-centre'])
  })

  it('have addresses that are read as one another', () => {
    expect(
      reasons(person('admin@school.example', 'Amira Haddad'), person('adrnin@schoo1.example', 'Omar Said')),
    ).toEqual(['look-alike-address'])
    expect(likenessOf('a.haddad+hub@school.example')).toBe(likenessOf('ahaddad@schooi.example'))
  })

  it('are not those who share a name at different schools', () => {
    expect(
      reasons(
        person('amira.haddad@school.example', 'Amira Haddad'),
        person('office7@elsewhere.example', 'Amira Haddad', 'EG002'),
      ),
    ).toEqual([])
  })

  it('are not told by a name that more than two hundred bear', () => {
    const people = Array.from({ length: 201 }, (_, at) => person(`user${at}@school.example`, 'Test Account'))
    expect(findDuplicates(people.slice(0, 200))).toHaveLength((200 * 199) / 2)
    expect(findDuplicates(people)).toEqual([])
  })
})
