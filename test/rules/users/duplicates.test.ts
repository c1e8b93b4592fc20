import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDuplicates, sharedKeys } from '../../../src/rules/users/duplicates.ts'
import { skeletonOf } from '../../../src/rules/users/look-alike.ts'

let id = 0
const person = (email: string, name: string, centre = 'EG001') => {
  const [firstName = '', lastName = ''] = name.split(' ')
  id += 1
  const status = 'active' as const
  return { id, email, emailKey: email, firstName, lastName, centre, status, lastSignedInAt: null }
}
type Person = ReturnType<typeof person>
/** Two people a page, and those who are looked at once more, with how many these were. */
const peopleOf = (people: readonly Person[]) => {
  const looked = { again: 0 }
  return {
    looked,
    async *pages() {
      for (let at = 0; at < people.length; at += 2) yield people.slice(at, at + 2)
    },
    withIds: async (ids: readonly number[]) => {
      looked.again += ids.length
      return people.filter((one) => ids.includes(one.id))
    },
  }
}
const reasons = async (...people: Person[]) =>
  (await findDuplicates(peopleOf(people))).map(({ likeness }) => likeness)

describe('accounts that may be the same person', () => {
  it('have one name and nearly one address, across centres', async () => {
    expect(
      await reasons(
        person('amira.haddad@school.example', 'Amira Haddad'),
        person('amira.hadad@school.example', 'Haddad Amíra', 'EG002'),
      ),
    ).toEqual(['same-name-near-address'])
  })

  it('have one name twice at one centre', async () => {
    expect(
      await reasons(
        person('amira@school.example', 'Amira Haddad'),
        person('office@mail.example', 'AMIRA HADDAD'),
      ),
    ).toEqual(['same-name-same-centre'])
  })

  it('have addresses that are read as one another', async () => {
    expect(
      await reasons(
        person('admin@school.example', 'Amira Haddad'),
        person('adrnin@schoo1.example', 'Omar Said'),
      ),
    ).toEqual(['look-alike-address'])
    expect(skeletonOf('a.haddad+hub@school.example')).toBe(skeletonOf('ahaddad@schooi.example'))
  })

  it('are not those who share a name at different schools', async () => {
    expect(
      await reasons(
        person('amira.haddad@school.example', 'Amira Haddad'),
        person('office7@elsewhere.example', 'Amira Haddad', 'EG002'),
      ),
    ).toEqual([])
  })

  it.each([4, 200, 201, 3000])(
    'are one pair and how many more where %i are alike at a centre',
    async (count) => {
      const people = peopleOf(
        Array.from({ length: count }, (_, at) => person(`user${at}@school.example`, 'Test Account')),
      )
      const found = await findDuplicates(people)
      expect(found).toEqual([expect.objectContaining({ more: count - 2 })])
      expect(new Set(found.flatMap(({ users }) => users.map(({ id }) => id))).size).toBe(2)
      if (count > 200) expect(people.looked.again).toBe(2)
    },
  )

  it('are told two by two where they are three', async () => {
    const three = [1, 2, 3].map((at) => person(`user${at}@school.example`, 'Test Account'))
    expect((await findDuplicates(peopleOf(three))).map(({ more }) => more)).toEqual([0, 0, 0])
  })

  it('of many names with two hundred people each at a centre are as many rows as names', async () => {
    const people = Array.from({ length: 6000 }, (_, at) =>
      person(`p${at}@school.example`, `Name ${at % 30}`, `EG${at % 30}`),
    )
    const byId = new Map(people.map((one) => [one.id, one]))
    const found = await findDuplicates({
      ...peopleOf(people),
      withIds: async (ids) => ids.flatMap((one) => byId.get(one) ?? []),
    })
    expect(found.filter(({ likeness }) => likeness === 'same-name-same-centre').length).toBeLessThanOrEqual(
      30,
    )
    expect(found.length).toBeLessThan(people.length / 10)
  })

  it('are those of the smallest difference: two letters, and not three', async () => {
    const near = (one: string, other: string) =>
      reasons(person(one, 'Amira Haddad'), person(other, 'Amira Haddad', 'EG002'))
    expect(await near('haddad@school.example', 'hazzad@school.example')).toEqual(['same-name-near-address'])
    expect(await near('haddad@school.example', 'hazzax@school.example')).toEqual([])
    expect(await near('haddad@school.example', 'haddad@other.example')).toEqual(['same-name-near-address'])
    expect(await near('haddad@school.example', 'haddadx@schoola.example')).toEqual(['same-name-near-address'])
    expect(await near('haddad@school.example', 'haddadxy@schoola.example')).toEqual([])
  })

  it('are looked at in full only where they share a name or what an address looks like', async () => {
    const people = peopleOf([
      ...Array.from({ length: 50 }, (_, at) => person(`user${at}x@school.example`, `Omar ${at}`)),
      person('amira@school.example', 'Amira Haddad'),
      person('amira@other.example', 'Haddad Amira'),
    ])
    expect(await findDuplicates(people)).toHaveLength(1)
    // By their name, and by their name at their centre.
    expect(people.looked.again).toBe(4)
  })
})

describe('keys that are shared', () => {
  it('are found among thousands, each with all who have it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 3000 }), (numbers) => {
        const keys = sharedKeys()
        const ids = new Map<number, number[]>()
        for (const [id, number] of numbers.entries()) {
          keys.add(id, `key ${number}`)
          ids.set(number, [...(ids.get(number) ?? []), id])
        }
        const groups = [...keys.groups()].map((group) => group.sort((one, other) => one - other))
        const shared = [...ids.values()].filter((group) => group.length > 1)
        expect(new Set(groups.map(String))).toEqual(new Set(shared.map(String)))
      }),
    )
  })
})
