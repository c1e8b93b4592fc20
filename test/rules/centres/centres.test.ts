import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lastEvents } from '../../../src/db/audit/events.ts'
import { createCentre } from '../../../src/rules/centres/create.ts'
import type { CentreOptions, NewCentreOptions } from '../../../src/rules/centres/options.ts'
import { deleteCentre, restoreCentre } from '../../../src/rules/centres/delete.ts'
import { editCentre } from '../../../src/rules/centres/edit.ts'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const creating = (centre: string, fields: Partial<NewCentreOptions> = {}, ifMissing = false) =>
  world.commit(
    (ctx) => (trx) =>
      createCentre(trx, {
        centre,
        fields: { name: 'El Nour School', country: 'EG', ...fields },
        ifMissing,
        ctx,
      }),
  )
const editing = (centre: string, fields: CentreOptions) =>
  world.commit((ctx) => (trx) => editCentre(trx, { centre, fields, ctx }))
const deleting = (centre: string) => world.commit((ctx) => (trx) => deleteCentre(trx, { centre, ctx }))
const restoring = (centre: string) => world.commit((ctx) => (trx) => restoreCentre(trx, { centre, ctx }))
const rowOf = async (number: string) =>
  (await world.store()).db.selectFrom('centres').selectAll().where('number', '=', number).executeTakeFirst()
const eventsOf = async (subject: string) => lastEvents((await world.store()).db, { visible: 'all', subject })

describe('creating a centre', () => {
  it('makes an active school, found by its folded name, and records it', async () => {
    const { centre, outcome } = await creating('eg001', { name: 'Élan', town: 'Cairo' })
    expect(outcome).toBe('created')
    expect(centre).toMatchObject({ number: 'EG001', kind: 'school', status: 'active', folded: 'eg001 elan' })
    expect(await eventsOf('EG001')).toMatchObject([
      { action: 'centres.created', details: { after: { name: 'Élan', country: 'EG' } } },
    ])
    expect(centre).toMatchObject({ british_council: 0, global_listening: 0, associate_number: null })
  })

  it('makes an associate centre, approved until its coordinator is set up', async () => {
    await world.centre('CA001', { kind: 'associate' })
    const { centre } = await creating('CA101', { associate: 'CA001' })
    expect(centre).toMatchObject({ kind: 'associate-centre', associate_number: 'CA001', status: 'approved' })
  })

  it('is refused where the Associate is no Associate, is deleted, or is not there', async () => {
    await world.centre('EG002')
    await world.centre('CA001', { kind: 'associate' })
    await deleting('CA001')
    await expect(creating('CA101', { associate: 'EG002' })).rejects.toMatchObject({
      code: 'not-an-associate',
    })
    await expect(creating('CA101', { associate: 'CA001' })).rejects.toMatchObject({
      code: 'centre-deleted',
      hint: 'ssh-admin centres restore CA001',
    })
    await expect(creating('CA101', { associate: 'CA002' })).rejects.toMatchObject({ exit: 4 })
    await expect(creating('CA101', { kind: 'associate-centre' })).rejects.toMatchObject({
      code: 'missing-associate',
    })
    expect(await rowOf('CA101')).toBeUndefined()
  })

  it('is refused where the number is in use, also by a deleted centre', async () => {
    await world.centre('EG001', { name: 'El Nour School' })
    await expect(creating('EG001')).rejects.toMatchObject({ code: 'number-in-use' })
    await deleting('EG001')
    await expect(creating('EG001', {}, true)).rejects.toMatchObject({
      code: 'number-in-use',
      hint: 'ssh-admin centres restore EG001',
    })
  })

  it('leaves an equal centre alone when told so, and names what differs otherwise', async () => {
    await creating('EG001', { town: 'Cairo', postcode: '11511' })
    expect(await creating('EG001', { town: 'Cairo' }, true)).toMatchObject({ outcome: 'unchanged' })
    await expect(creating('EG001', { town: 'Giza', kind: 'associate' }, true)).rejects.toMatchObject({
      code: 'number-in-use',
      details: { differs: ['kind', 'town'] },
    })
    expect(await eventsOf('EG001')).toHaveLength(1)
  })

  it('refuses Global Listening to a British Council centre', async () => {
    await expect(creating('EG001', { britishCouncil: true, globalListening: true })).rejects.toMatchObject({
      code: 'british-council-centre',
    })
  })
})

describe('editing a centre', () => {
  it('changes what is named, notes when, and records before and after', async () => {
    await world.centre('EG001', { name: 'El Nour' })
    const { outcome, fields } = await editing('EG001', { name: 'Al Noor', country: 'SA' })
    expect({ outcome, fields }).toEqual({ outcome: 'edited', fields: ['name', 'country'] })
    expect(await rowOf('EG001')).toMatchObject({
      name: 'Al Noor',
      folded: 'eg001 al noor',
      country: 'SA',
      town: 'Cairo',
      edited_at: world.now.toISOString(),
    })
    expect(await eventsOf('EG001')).toMatchObject([
      { action: 'centres.edited', details: { name: { before: 'El Nour', after: 'Al Noor' } } },
    ])
  })

  it('changes nothing where all is so already', async () => {
    await world.centre('EG001', { name: 'El Nour' })
    expect(await editing('EG001', { name: 'El Nour' })).toMatchObject({ outcome: 'unchanged' })
    expect(await rowOf('EG001')).toMatchObject({ edited_at: null })
    expect(await eventsOf('EG001')).toEqual([])
  })

  it('takes a centre away from its Associate, and from those who acted for it', async () => {
    await world.centre('CA001', { kind: 'associate', coordinator: 'rana@associate.example' })
    await world.centre('CA101', { associate: 'CA001', status: 'approved' })
    await world.run(['associates', 'assign', 'rana@associate.example', 'CA101'])
    const { centre } = await editing('CA101', { kind: 'school' })
    expect(centre).toMatchObject({ kind: 'school', associate_id: null, status: 'active' })
    expect((await world.account('rana@associate.example'))?.assigned).toEqual([])
    expect(await eventsOf('CA101')).toMatchObject([{ details: { unassigned: 1 } }])
  })

  it('keeps an Associate one while centres belong to it, deleted ones too', async () => {
    await world.centre('CA001', { kind: 'associate' })
    await world.centre('CA101', { associate: 'CA001' })
    await deleting('CA101')
    await expect(editing('CA001', { kind: 'school' })).rejects.toMatchObject({
      code: 'has-associate-centres',
    })
    await expect(editing('CA001', { associate: 'CA001' })).rejects.toMatchObject({
      code: 'has-associate-centres',
    })
  })

  it('never makes a centre its own Associate', async () => {
    await world.centre('CA001', { kind: 'associate' })
    await expect(editing('CA001', { associate: 'CA001' })).rejects.toMatchObject({
      code: 'not-an-associate',
      message: 'CA001 itself is not an Associate that CA001 can belong to.',
    })
  })

  it('refuses either mark beside the other', async () => {
    await world.centre('EG001')
    await editing('EG001', { globalListening: true })
    await expect(editing('EG001', { britishCouncil: true })).rejects.toMatchObject({
      code: 'british-council-centre',
    })
    const { fields } = await editing('EG001', { britishCouncil: true, globalListening: false })
    expect(fields).toEqual(['britishCouncil', 'globalListening'])
  })
})

describe('deleting a centre', () => {
  it('keeps its users out, and restoring gives everyone back what they had', async () => {
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    await world.user('omar@school.example', { centre: 'EG001', status: 'suspended' })
    expect(await deleting('EG001')).toMatchObject({ outcome: 'deleted', centre: { user_count: 2 } })
    expect(await world.account('amira@school.example')).toMatchObject({
      status: 'active',
      canSignIn: false,
      blocker: 'centre-deleted',
    })
    expect(await restoring('EG001')).toMatchObject({ outcome: 'restored' })
    expect(await world.account('amira@school.example')).toMatchObject({ canSignIn: true })
    expect(await world.account('omar@school.example')).toMatchObject({ status: 'suspended' })
    expect((await eventsOf('EG001')).map(({ action }) => action)).toEqual([
      'centres.restored',
      'centres.deleted',
    ])
  })

  it('is harmless again, and so is restoring', async () => {
    await world.centre('EG001')
    expect(await restoring('EG001')).toMatchObject({ outcome: 'unchanged' })
    await deleting('EG001')
    expect(await deleting('EG001')).toMatchObject({ outcome: 'unchanged' })
    expect(await eventsOf('EG001')).toHaveLength(1)
  })

  it('leaves the centres of an Associate as they are', async () => {
    await world.centre('CA001', { kind: 'associate' })
    await world.centre('CA101', { associate: 'CA001' })
    expect(await deleting('CA001')).toMatchObject({ associateCentres: 1 })
    expect(await rowOf('CA101')).toMatchObject({ deleted_at: null, kind: 'associate-centre' })
  })

  it('is for Cambridge staff', async () => {
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    const ran = await world.run(['centres', 'delete', 'EG001', '--yes', '--as', 'amira@school.example'])
    expect(ran.exit).toBe(5)
    expect(await rowOf('EG001')).toMatchObject({ deleted_at: null })
  })
})
