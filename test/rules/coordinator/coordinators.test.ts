import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  addCoordinator,
  changeCoordinator,
  type Successor,
  suspendCoordinator,
  restoreCoordinator,
} from '../../../src/rules/coordinator.ts'
import { parsePerson } from '../../../src/rules/users/new-user.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const adding = (person: string, { centre = 'EG001', ifMissing = false } = {}) =>
  world.commit((ctx) => (trx) => addCoordinator(trx, { centre, person: parsePerson(person), ifMissing, ctx }))
const changing = (successor: Successor, { centre = 'EG001', suspendFormer = false } = {}) =>
  world.commit((ctx) => (trx) => changeCoordinator(trx, { centre, successor, suspendFormer, ctx }))
const changingTo = (to: string) => changing({ to })
const changingToNew = (person: string) => changing({ person: parsePerson(person) })
const suspending = (centre = 'EG001') =>
  world.commit((ctx) => (trx) => suspendCoordinator(trx, { centre, ctx }))
const restoring = (centre = 'EG001') =>
  world.commit((ctx) => (trx) => restoreCoordinator(trx, { centre, ctx }))
const letters = async () =>
  (await world.store()).db.selectFrom('outbox').select(['to_address', 'letter', 'credential_id']).execute()
const deleteCentre = async (number: string) =>
  (await world.store()).db
    .updateTable('centres')
    .set({ deleted_at: world.now.toISOString() })
    .where('number', '=', number)
    .execute()

describe('adding a coordinator', () => {
  it('makes a new user and sends them a set-up message that lives 48 hours', async () => {
    await world.centre('EG001')
    const { coordinator, former, changed } = await adding('Amira Haddad <amira@school.example>')

    expect(coordinator).toMatchObject({
      email: 'amira@school.example',
      firstName: 'Amira',
      lastName: 'Haddad',
      hubRole: 'coordinator',
      status: 'invited',
    })
    expect({ former, changed }).toEqual({ former: null, changed: true })
    const { db } = await world.store()
    expect(await letters()).toMatchObject([
      { to_address: 'amira@school.example', letter: 'coordinator-set-up' },
    ])
    expect(await db.selectFrom('credentials').select(['purpose', 'expires_at']).execute()).toEqual([
      { purpose: 'set-up', expires_at: '2026-03-04T09:00:00.000Z' },
    ])
  })

  it('makes an approved centre active', async () => {
    await world.centre('EG001', { status: 'approved' })
    const { centre } = await adding('Amira Haddad <amira@school.example>')
    expect(centre.status).toBe('active')
  })

  it('is in the log with what it made of an approved centre, as changing to somebody is, and of no other', async () => {
    await world.centre('EG001', { status: 'approved' })
    await world.centre('EG002', { status: 'approved' })
    await world.user('sara@two.example', { centre: 'EG002', hubRole: 'admin' })
    await world.centre('EG003')
    await world.user('rana@three.example', { centre: 'EG003', hubRole: 'admin' })
    await adding('Amira Haddad <amira@school.example>')
    await changing({ to: 'sara@two.example' }, { centre: 'EG002' })
    await adding('Omar Said <omar@three.example>', { centre: 'EG003' })
    await changing({ to: 'rana@three.example' }, { centre: 'EG003' })
    const logged = await world.rows<{ facts: string }>('select facts from audit order by id')
    const status = { before: 'approved', after: 'active' }
    expect(logged.map(({ facts }) => JSON.parse(facts))).toEqual([
      { status },
      { status, formerStatus: null },
      {},
      { formerStatus: 'invited' },
    ])
  })

  it('is for a centre with no coordinator', async () => {
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    await expect(adding('Omar Said <omar@school.example>')).rejects.toMatchObject({
      code: 'has-coordinator',
      hint: "ssh-admin coordinator change EG001 --new 'Omar Said <omar@school.example>'",
    })
    await expect(adding('Omar <omar@school.example>')).rejects.toMatchObject({
      hint: "ssh-admin coordinator change EG001 --new 'Omar <omar@school.example>'",
    })
    await world.user('sara@school.example', { centre: 'EG001' })
    await expect(adding('Sara Aziz <sara@school.example>')).rejects.toMatchObject({
      hint: 'ssh-admin coordinator change EG001 --to sara@school.example',
    })
  })

  it('changes nothing when the same coordinator is there, if missing is all that was asked', async () => {
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    const same = adding('Amira Haddad <amira@school.example>', { ifMissing: true })
    expect(await same).toMatchObject({ changed: false })
    const spelt = adding('Amira Haddad <Amira@School.example>', { ifMissing: true })
    expect(await spelt).toMatchObject({ changed: false })
    await expect(adding('Rana Haddad <amira@school.example>', { ifMissing: true })).rejects.toMatchObject({
      code: 'has-coordinator',
      message: 'amira@school.example coordinates EG001 already, and differs: first name.',
      details: { differs: ['first name'] },
    })
  })

  it('is refused where the same coordinator is there, whom nothing takes the place of', async () => {
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    await expect(adding('Amira Haddad <Amira@School.example>')).rejects.toMatchObject({
      code: 'has-coordinator',
      message: 'amira@school.example coordinates EG001 already.',
      hint: 'ssh-admin coordinator show EG001',
    })
  })

  it('refuses an address in use at the centre, and says how to choose that user', async () => {
    await world.centre('EG001')
    await world.user('amira@school.example', { centre: 'EG001', hubRole: 'admin' })
    await expect(adding('Amira Haddad <AMIRA@school.example>')).rejects.toMatchObject({
      code: 'email-in-use',
      hint: 'ssh-admin coordinator change EG001 --to amira@school.example',
    })
  })

  it('is refused at a deleted centre', async () => {
    await world.centre('EG001')
    await deleteCentre('EG001')
    await expect(adding('Amira Haddad <amira@school.example>')).rejects.toMatchObject({
      code: 'centre-deleted',
      hint: 'ssh-admin centres restore EG001',
    })
  })
})

describe('suspending a coordinator', () => {
  it('locks out every other user of the centre, and counts those neither suspended nor deleted', async () => {
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    await world.user('omar@school.example', { centre: 'EG001' })
    await world.user('nadia@school.example', { centre: 'EG001', status: 'invited' })
    await world.user('rana@school.example', { centre: 'EG001', status: 'suspended' })

    expect(await suspending()).toMatchObject({
      affected: 2,
      changed: true,
      coordinator: { canSignIn: false },
    })
    expect(await world.account('omar@school.example')).toMatchObject({
      status: 'active',
      canSignIn: false,
      blocker: 'coordinator-suspended',
    })
  })

  it('touches no other row: the lock is derived when asked', async () => {
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    await world.user('omar@school.example', { centre: 'EG001' })
    const { db } = await world.store()
    const others = () => db.selectFrom('users').selectAll().where('hub_role', '=', 'teacher').execute()
    const before = await others()
    await suspending()
    expect(await others()).toEqual(before)
  })

  it('voids their unused links', async () => {
    await world.centre('EG001')
    await adding('Amira Haddad <amira@school.example>')
    await suspending()
    const { db } = await world.store()
    expect(await db.selectFrom('credentials').select('state').execute()).toEqual([{ state: 'void' }])
  })

  it('is harmless when repeated', async () => {
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    await suspending()
    expect(await suspending()).toMatchObject({ changed: false })
  })

  it('needs a coordinator', async () => {
    await world.centre('EG001')
    await expect(suspending()).rejects.toMatchObject({
      code: 'no-coordinator',
      hint: "ssh-admin coordinator add EG001 'Name <email>'",
    })
    await expect(restoring()).rejects.toMatchObject({ code: 'no-coordinator' })
  })
})

describe('restoring a coordinator', () => {
  it('gives everyone back exactly what they had', async () => {
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    await world.user('omar@school.example', { centre: 'EG001' })
    const before = await world.account('omar@school.example')
    await suspending()
    expect(await restoring()).toMatchObject({
      changed: true,
      coordinator: { status: 'active', canSignIn: true },
    })
    expect(await world.account('omar@school.example')).toEqual(before)
    expect(await restoring()).toMatchObject({ changed: false })
  })

  it('gives an invited coordinator back the status before', async () => {
    await world.centre('EG001')
    await adding('Amira Haddad <amira@school.example>')
    await suspending()
    expect(await restoring()).toMatchObject({ coordinator: { status: 'invited' } })
  })
})

describe('changing the coordinator to an existing user', () => {
  beforeEach(() => world.centre('EG001', { coordinator: 'amira@school.example' }))

  it('tells them that they are now the coordinator, and makes the former one a teacher', async () => {
    await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin' })
    expect(await changingTo('omar@school.example')).toMatchObject({
      coordinator: { email: 'omar@school.example', hubRole: 'coordinator' },
      former: { email: 'amira@school.example', hubRole: 'teacher', status: 'active' },
      changed: true,
    })
    expect(await letters()).toEqual([
      { to_address: 'omar@school.example', letter: 'coordinator-appointed', credential_id: null },
    ])
  })

  it('leaves an invited one the set-up message they have', async () => {
    await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin', status: 'invited' })
    await changingTo('omar@school.example')
    expect(await letters()).toMatchObject([{ letter: 'coordinator-appointed', credential_id: null }])
  })

  it('needs one with an administrator account', async () => {
    await world.user('omar@school.example', { centre: 'EG001' })
    await expect(changingTo('omar@school.example')).rejects.toMatchObject({
      code: 'not-an-admin',
      hint: 'ssh-admin users edit omar@school.example --admin',
    })
  })

  it('needs one at that centre', async () => {
    await world.centre('EG002')
    await world.user('omar@school.example', { centre: 'EG002', hubRole: 'admin' })
    await expect(changingTo('omar@school.example')).rejects.toMatchObject({
      code: 'not-an-admin',
      hint: 'Choose one of its admins: ssh-admin users list --centre EG001 --role admin',
    })
  })

  it('needs one who is not suspended', async () => {
    await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin', status: 'suspended' })
    await expect(changingTo('omar@school.example')).rejects.toMatchObject({
      code: 'suspended',
      hint: 'ssh-admin users restore omar@school.example',
    })
  })

  it('is refused at a deleted centre', async () => {
    await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin' })
    await deleteCentre('EG001')
    await expect(changingTo('omar@school.example')).rejects.toMatchObject({ code: 'centre-deleted' })
    expect(await world.account('omar@school.example')).toMatchObject({ hubRole: 'admin' })
  })

  it('changes nothing when the present coordinator is chosen again', async () => {
    expect(await changingTo('amira@school.example')).toMatchObject({ changed: false, former: null })
    expect(await letters()).toEqual([])
  })

  it('suspends the former one where that is asked', async () => {
    await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin' })
    const changed = await changing({ to: 'omar@school.example' }, { suspendFormer: true })
    expect(changed.former).toMatchObject({ hubRole: 'teacher', status: 'suspended' })
    expect(changed.coordinator).toMatchObject({ canSignIn: true })
  })

  it('lets the centre in again when the former one was suspended, and leaves them suspended', async () => {
    await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin' })
    await suspending()
    expect(await changingTo('omar@school.example')).toMatchObject({
      coordinator: { canSignIn: true },
      former: { status: 'suspended' },
    })
  })
})

describe('changing the coordinator to a new user', () => {
  beforeEach(() => world.centre('EG001', { coordinator: 'amira@school.example' }))

  it('makes them, and sends the set-up message', async () => {
    expect(await changingToNew('Salma Aziz <salma@school.example>')).toMatchObject({
      coordinator: { email: 'salma@school.example', status: 'invited' },
      former: { email: 'amira@school.example', status: 'active' },
    })
    expect(await letters()).toMatchObject([
      { to_address: 'salma@school.example', letter: 'coordinator-set-up' },
    ])
  })

  it('is refused for an address in use at the centre, with the hint --to', async () => {
    await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin' })
    await expect(changingToNew('Omar Said <omar@school.example>')).rejects.toMatchObject({
      code: 'email-in-use',
      hint: 'ssh-admin coordinator change EG001 --to omar@school.example',
    })
  })

  it('leaves everything as it was when it is refused', async () => {
    await world.centre('EG002')
    await world.user('omar@school.example', { centre: 'EG002' })
    await expect(changingToNew('Omar Said <omar@school.example>')).rejects.toMatchObject({
      code: 'email-in-use',
    })
    expect(await world.account('amira@school.example')).toMatchObject({ hubRole: 'coordinator' })
  })

  it('is refused at a deleted centre', async () => {
    await deleteCentre('EG001')
    await expect(changingToNew('Salma Aziz <salma@school.example>')).rejects.toMatchObject({
      code: 'centre-deleted',
    })
  })
})

describe('the coordinator of an Associate', () => {
  it('hands the associate centres assigned to them to the new one', async () => {
    const { associate, assign, assigned } = await anAssociate()
    await world.user('rana@associate.example', { centre: associate, hubRole: 'admin' })
    await assign('amira@associate.example', ['CA101', 'CA102'])
    await assign('rana@associate.example', ['CA102'])
    await changing({ to: 'rana@associate.example' }, { centre: associate })
    expect(await assigned('rana@associate.example')).toEqual(['CA101', 'CA102'])
    expect(await assigned('amira@associate.example')).toEqual([])
  })

  it('cannot hand them to one who would then act for more than 50', async () => {
    const { associate, assign } = await anAssociate(51)
    await world.user('rana@associate.example', { centre: associate, hubRole: 'admin' })
    await assign('amira@associate.example', ['CA101'])
    await assign(
      'rana@associate.example',
      Array.from({ length: 50 }, (_, at) => `CA${102 + at}`),
    )
    await expect(changing({ to: 'rana@associate.example' }, { centre: associate })).rejects.toMatchObject({
      code: 'associate-limit',
      message: expect.stringContaining('50'),
      hint: `Assign the rest to another address at the Associate: ssh-admin associates assign EMAIL CA101
  Then take it from the present coordinator: ssh-admin associates unassign amira@associate.example CA101`,
    })
    expect(await world.account('amira@associate.example')).toMatchObject({ hubRole: 'coordinator' })
  })
})

async function anAssociate(centres = 2) {
  const { db } = await world.store()
  await world.centre('CA001', { kind: 'associate', coordinator: 'amira@associate.example' })
  for (let at = 0; at < centres; at += 1) await world.centre(`CA${101 + at}`, { associate: 'CA001' })
  const idOf = async (email: string) => (await world.account(email))?.id ?? 0
  return {
    associate: 'CA001',
    assign: async (email: string, numbers: readonly string[]) => {
      const user_id = await idOf(email)
      const found = await db.selectFrom('centres').select('id').where('number', 'in', numbers).execute()
      const rows = found.map(({ id }) => ({ user_id, centre_id: id }))
      await db.insertInto('assignments').values(rows).execute()
    },
    assigned: async (email: string) => {
      const rows = await db
        .selectFrom('assignments')
        .innerJoin('centres', 'centres.id', 'assignments.centre_id')
        .select('centres.number')
        .where('user_id', '=', await idOf(email))
        .orderBy('number')
        .execute()
      return rows.map(({ number }) => number)
    },
  }
}
