import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assignCentres, unassignCentres } from '../../../src/rules/associates.ts'
import { editUser } from '../../../src/rules/users/edit.ts'
import { newWorld, type World } from '../../world.ts'

const rana = 'rana@associate.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('CA001', { kind: 'associate', coordinator: 'amira@associate.example' })
  await world.user(rana, { centre: 'CA001', hubRole: 'admin' })
})
afterEach(() => world.close())

const assigning = (email: string, centres: readonly string[]) =>
  world.commit((ctx) => (trx) => assignCentres(trx, { email, centres, ctx }))
const unassigning = (email: string, centres: readonly string[]) =>
  world.commit((ctx) => (trx) => unassignCentres(trx, { email, centres, ctx }))

async function centresOf(count: number): Promise<string[]> {
  const numbers = Array.from({ length: count }, (_, at) => `CA${101 + at}`)
  for (const number of numbers) await world.centre(number, { associate: 'CA001' })
  return numbers
}

describe('assigning associate centres', () => {
  it('lets a coordinator or admin at the Associate act for them', async () => {
    await centresOf(2)
    expect(await assigning(rana, ['CA101', 'ca102'])).toMatchObject({ assigned: 2, changed: true })
    expect(await assigning('amira@associate.example', ['CA101'])).toMatchObject({ assigned: 1 })
    expect(await world.account(rana)).toMatchObject({ assigned: { length: 2 } })
  })

  it('belongs to an account at an Associate', async () => {
    await centresOf(1)
    await world.centre('EG001', { coordinator: 'omar@school.example' })
    await expect(assigning('omar@school.example', ['CA101'])).rejects.toMatchObject({
      code: 'not-at-an-associate',
      hint: 'ssh-admin associates list names the Associates.',
    })
  })

  it('belongs to an account with hub role coordinator or admin', async () => {
    await centresOf(1)
    await world.user('nadia@associate.example', { centre: 'CA001' })
    await expect(assigning('nadia@associate.example', ['CA101'])).rejects.toMatchObject({
      code: 'not-an-admin',
      hint: 'ssh-admin users edit nadia@associate.example --admin',
    })
  })

  it('takes only centres of the account’s own Associate', async () => {
    await world.centre('CA002', { kind: 'associate' })
    await world.centre('CA201', { associate: 'CA002' })
    await expect(assigning(rana, ['CA201'])).rejects.toMatchObject({
      code: 'other-associate',
      message: 'CA201 belongs to CA002, not to CA001.',
      hint: 'ssh-admin associates show CA001 lists its centres.',
    })
  })

  it('takes 50 at most, and names the limit, the count and the way out', async () => {
    const numbers = await centresOf(51)
    await assigning(rana, numbers.slice(0, 49))
    await expect(assigning(rana, numbers.slice(49))).rejects.toMatchObject({
      code: 'associate-limit',
      message:
        'One address acts for at most 50 associate centres; rana@associate.example acts for 49, and this would make 51.',
      hint: 'Assign the rest to another address at the Associate: ssh-admin associates assign EMAIL CA151',
      details: { limit: 50, count: 49, wanted: 51 },
    })
    expect(await assigning(rana, numbers.slice(49, 50))).toMatchObject({ assigned: 50 })
  })

  it('counts deleted centres', async () => {
    const numbers = await centresOf(51)
    await assigning(rana, numbers.slice(0, 50))
    const { db } = await world.store()
    const deleted_at = world.now.toISOString()
    await db.updateTable('centres').set({ deleted_at }).where('number', '=', 'CA101').execute()
    await expect(assigning(rana, numbers.slice(50))).rejects.toMatchObject({ code: 'associate-limit' })
  })

  it('takes no centre that is deleted', async () => {
    const [number = ''] = await centresOf(1)
    expect((await world.run(['centres', 'delete', number, '--yes'])).exit).toBe(0)
    await expect(assigning(rana, [number])).rejects.toMatchObject({ code: 'centre-deleted' })
    expect(await world.account(rana)).toMatchObject({ assigned: [] })
  })

  it('is all or none, and names every problem', async () => {
    await centresOf(1)
    await world.centre('EG001')
    await expect(assigning(rana, ['CA101', 'EG001', 'EG777'])).rejects.toMatchObject({
      details: {
        problems: [
          { target: 'EG001', code: 'other-associate' },
          { target: 'EG777', code: 'centre-not-found' },
        ],
      },
    })
    expect(await world.account(rana)).toMatchObject({ assigned: [] })
  })

  it('is harmless when repeated', async () => {
    await centresOf(1)
    await assigning(rana, ['CA101'])
    expect(await assigning(rana, ['CA101'])).toMatchObject({ assigned: 1, changed: false })
  })

  it('cannot pass the limit even without the rule', async () => {
    await centresOf(51)
    const { db } = await world.store()
    const user = await world.account(rana)
    const centres = await db
      .selectFrom('centres')
      .select('id')
      .where('kind', '=', 'associate-centre')
      .execute()
    const rows = centres.map(({ id }) => ({ user_id: user?.id ?? 0, centre_id: id }))
    await expect(db.insertInto('assignments').values(rows).execute()).rejects.toThrow('associate-limit')
  })
})

describe('an account with associate centres', () => {
  it('keeps its administrative rights until they are unassigned', async () => {
    await centresOf(1)
    await assigning(rana, ['CA101'])
    const losing = world.commit(
      (ctx) => (trx) => editUser(trx, { email: rana, changes: { admin: false }, ctx }),
    )
    await expect(losing).rejects.toMatchObject({
      code: 'has-associate-centres',
      hint: 'ssh-admin associates unassign rana@associate.example CENTRE…',
    })
  })

  it('acts for them under a changed address', async () => {
    await centresOf(1)
    await assigning(rana, ['CA101'])
    await world.commit(
      (ctx) => (trx) => editUser(trx, { email: rana, changes: { email: 'new@associate.example' }, ctx }),
    )
    expect(await world.account('new@associate.example')).toMatchObject({ assigned: { length: 1 } })
  })
})

describe('unassigning associate centres', () => {
  it('leaves the others, and is harmless when repeated', async () => {
    await centresOf(2)
    await assigning(rana, ['CA101', 'CA102'])
    expect(await unassigning(rana, ['CA101'])).toMatchObject({ assigned: 1, changed: true })
    expect(await unassigning(rana, ['CA101'])).toMatchObject({ assigned: 1, changed: false })
  })
})
