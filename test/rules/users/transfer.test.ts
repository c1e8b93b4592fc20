import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { transferProgressionTests } from '../../../src/rules/users/transfer.ts'
import { countResults, holding } from '../../holding.ts'
import { itInAFile } from '../../in-a-file.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'
const omar = 'omar@school.example'
const both = ['cambridge-primary', 'cambridge-lower-secondary']

describe('transferring Progression Test data', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user(amira, { centre: 'EG001', sites: both })
    await holding(world, amira, { group: '4B', learners: ['Ali', 'Mona'] })
    await holding(world, amira, { group: '9C', site: 'cambridge-lower-secondary', learners: ['Sara'] })
  })
  afterEach(() => world.close())

  const transferring = (to = omar, sites?: readonly string[]) =>
    world.commit((ctx) => (trx) => transferProgressionTests(trx, { from: amira, to, sites, ctx }))

  it('moves all learner groups, tests and results to another teacher', async () => {
    await world.user(omar, { centre: 'EG001', sites: both })
    expect((await transferring()).sites).toEqual([
      { site: 'cambridge-lower-secondary', learnerGroups: 1, tests: 1, results: 1 },
      { site: 'cambridge-primary', learnerGroups: 1, tests: 1, results: 2 },
    ])
    expect(await world.account(amira)).toMatchObject({ progressionTests: { learnerGroups: 0, results: 0 } })
    expect(await world.account(omar)).toMatchObject({ progressionTests: { learnerGroups: 2, results: 3 } })
    expect(await countResults(world)).toBe(3)
  })

  it('says of a site that has none that there is no such data on it', async () => {
    await world.user(omar, { centre: 'EG001', sites: both })
    const argv = ['users', 'transfer', amira, '--to', omar, '--site', 'resource-plus', '--json']
    const { exit, error } = await world.run(argv)
    expect([exit, error().code, error().message]).toEqual([
      2,
      'unknown-site',
      'There is no Progression Test data on resource-plus.',
    ])
  })

  it('moves one site only when told so', async () => {
    await world.user(omar, { centre: 'EG001', sites: both })
    expect((await transferring(omar, ['cambridge-primary'])).sites).toHaveLength(1)
    expect(await world.account(amira)).toMatchObject({ progressionTests: { learnerGroups: 1, results: 1 } })
  })

  it('keeps both of two learner groups with equal names', async () => {
    await world.user(omar, { centre: 'EG001', sites: both })
    await holding(world, omar, { group: '4B', learners: ['Zain'] })
    await transferring()
    const ran = await world.run(['progression-tests', 'list', '--owner', omar])
    expect(ran.stdout.match(/\t4B\t/g)).toHaveLength(2)
    expect(await countResults(world)).toBe(4)
  })

  it('may take from a suspended giver', async () => {
    await world.user(omar, { centre: 'EG001', sites: both })
    await world.run(['users', 'suspend', amira, '--yes'])
    expect((await transferring()).sites).toHaveLength(2)
  })

  it('changes nothing when nothing is held', async () => {
    await world.user(omar, { centre: 'EG001', sites: both })
    await transferring()
    expect((await transferring()).sites).toEqual([])
  })

  it('is refused to a receiver at another centre', async () => {
    await world.centre('EG002')
    await world.user(omar, { centre: 'EG002', sites: both, firstName: 'Omar' })
    await expect(transferring()).rejects.toMatchObject({
      code: 'other-centre',
      message: 'Omar Haddad is at EG002, Amira Haddad at EG001: data stays at its centre.',
    })
  })

  it('is refused to a suspended receiver', async () => {
    await world.user(omar, { centre: 'EG001', sites: both, status: 'suspended' })
    await expect(transferring()).rejects.toMatchObject({
      code: 'suspended',
      hint: `ssh-admin users restore ${omar}`,
    })
  })

  it('is refused to a suspended coordinator, and says how to restore them', async () => {
    await world.user(omar, { centre: 'EG001', sites: both, hubRole: 'coordinator' })
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    await expect(transferring()).rejects.toMatchObject({ hint: 'ssh-admin coordinator restore EG001' })
  })

  it('is refused to a deleted receiver, who cannot be found', async () => {
    await world.user(omar, { centre: 'EG001', sites: both, status: 'suspended' })
    await world.run(['users', 'delete', omar, '--yes'])
    await expect(transferring()).rejects.toMatchObject({ code: 'user-not-found' })
  })

  it('is refused to a receiver without access to the site', async () => {
    await world.user(omar, { centre: 'EG001', sites: ['cambridge-primary'] })
    await expect(transferring()).rejects.toMatchObject({
      code: 'no-site-access',
      hint: `ssh-admin users edit ${omar} --add-site cambridge-lower-secondary`,
    })
    expect(await world.account(amira)).toMatchObject({ progressionTests: { learnerGroups: 2 } })
  })

  // Its trigger is written as SQLite has them.
  itInAFile('moves nothing when the counts before and after disagree', async () => {
    await world.user(omar, { centre: 'EG001', sites: both })
    await holding(world, omar, { group: '5A', learners: ['Zain'] })
    await world.rows(`create trigger losing after update of owner_id on learner_groups when old.name = '9C'
      begin delete from results where test_id in (select id from tests where learner_group_id = old.id); end`)
    await expect(transferring()).rejects.toThrow('a transfer lost results on cambridge-lower-secondary')
    expect(await world.account(amira)).toMatchObject({ progressionTests: { learnerGroups: 2, results: 3 } })
    expect(await world.account(omar)).toMatchObject({ progressionTests: { learnerGroups: 1, results: 1 } })
  })

  it('is refused to whoever may take from the giver, and not give to the receiver', async () => {
    const head = 'head@school.example'
    await world.user(head, { centre: 'EG001', hubRole: 'coordinator', sites: both })
    const giving = ['users', 'transfer', amira, '--to', head, '--as', head, '--yes', '--json']
    const refused = await world.run(giving)
    expect([refused.exit, refused.error()]).toMatchObject([
      5,
      { code: 'not-permitted', details: { action: 'users.transfer', target: head } },
    ])
    expect(await world.account(amira)).toMatchObject({ progressionTests: { learnerGroups: 2 } })
  })

  it('is refused to whoever may give to the receiver, and not take from the giver', async () => {
    const [head, admin] = ['head@school.example', 'admin@school.example']
    await world.user(head, { centre: 'EG001', hubRole: 'coordinator', sites: both })
    await world.user(admin, { centre: 'EG001', hubRole: 'admin' })
    await holding(world, head, { group: '5A', learners: ['Zain'] })
    const taking = ['users', 'transfer', head, '--to', amira, '--as', admin, '--yes', '--json']
    const refused = await world.run(taking)
    expect([refused.exit, refused.error()]).toMatchObject([
      5,
      { code: 'not-permitted', details: { action: 'users.transfer', target: head } },
    ])
    expect(await world.account(head)).toMatchObject({ progressionTests: { learnerGroups: 1 } })
  })

  it('is refused to the giver', async () => {
    await expect(transferring(amira)).rejects.toMatchObject({ code: 'same-user' })
  })
})
