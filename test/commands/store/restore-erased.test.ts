import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testServer } from '../../shared-store.ts'
import { everyRow } from '../../stored-text.ts'
import { newWorld, type World } from '../../world.ts'

const zaid = 'zaid.mansour@school.example'

describe('restoring a backup of somebody who was erased since', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    await world.user(zaid, { centre: 'EG001', firstName: 'Zaid', lastName: 'Mansour', hubRole: 'admin' })
    await world.closeStore()
  })
  afterEach(() => world.close())

  const succeed = async (...argv: string[]) => {
    const ran = await world.run([...argv, '--json'])
    expect(ran).toMatchObject({ exit: 0 })
    return ran.json()
  }
  const events = async (action: string) => (await succeed('audit', 'list', '--action', action)).events

  /** Of the store that is there now, and none of one that was kept beside it. */
  const stored = async () => {
    const text = testServer === undefined ? readFileSync(world.db, 'latin1') : await everyRow(world)
    await world.closeStore()
    return text
  }

  async function eraseZaid(): Promise<void> {
    await succeed('users', 'delete', zaid, '--suspend', '--yes')
    await succeed('users', 'erase', zaid, '--yes')
  }

  it('erases them again, in every byte of the store, and says so', async () => {
    await succeed('store', 'backup', 'copy.db')
    await eraseZaid()
    const rehearsed = await succeed('store', 'restore', 'copy.db', '--dry-run')
    expect(rehearsed.erasedAgain).toEqual({ accounts: 1, suspended: [], left: [] })
    const ran = await world.run(['store', 'restore', 'copy.db', '--yes'])
    expect(ran).toMatchObject({ exit: 0, stderr: '' })
    expect(ran.stdout).toContain('Erased again one account')
    expect((await stored()).toLowerCase()).not.toMatch(/zaid|mansour/)
    expect(await events('users.erased')).toHaveLength(1)
    expect((await events('store.restored'))[0].details).toMatchObject({ erasedAgain: 1 })
    await succeed('audit', 'verify')
    expect(await succeed('users', 'erase', zaid, '--yes')).toMatchObject({ changed: false })
  })

  it('keeps in the log that the account which came back was ended first', async () => {
    await succeed('store', 'backup', 'copy.db')
    await eraseZaid()
    await succeed('store', 'restore', 'copy.db', '--yes')
    expect(await events('users.deleted')).toMatchObject([{ details: { before: 'active', after: 'deleted' } }])
  })

  it("leaves what names the address where it was somebody else's before", async () => {
    await succeed('users', 'delete', zaid, '--suspend', '--yes')
    await succeed('users', 'add', 'Zaid Khalil <zaid.mansour@school.example>', '--centre', 'EG001', '--yes')
    await succeed('store', 'backup', 'copy.db')
    await succeed('users', 'edit', zaid, '--email', 'zk@school.example', '--yes')
    await succeed('users', 'delete', 'zk@school.example', '--suspend', '--yes')
    await succeed('users', 'erase', 'zk@school.example', '--yes')
    const { erasedAgain } = await succeed('store', 'restore', 'copy.db', '--yes')
    expect(erasedAgain).toMatchObject({ accounts: 1, suspended: [] })
    const { users } = await succeed('users', 'list', '--deleted')
    expect(users.map(({ email }: { email: string }) => email)).toContain(zaid)
    await succeed('audit', 'verify')
  })

  it('names in the answer and in the event what it cannot reach of what was written to them', async () => {
    await succeed('users', 'reset-password', zaid, '--yes')
    await succeed('store', 'backup', 'copy.db')
    await eraseZaid()
    const left = [expect.stringMatching(/^a message to them that is not where it was written.*\.eml$/)]
    const rehearsed = await succeed('store', 'restore', 'copy.db', '--dry-run')
    expect(rehearsed.erasedAgain).toEqual({ accounts: 1, suspended: [], left })
    const ran = await world.run(['store', 'restore', 'copy.db', '--yes'])
    expect(ran.stdout).toContain('Not reached, and for you to see to: a message to them that is not where')
    expect((await events('users.erased')).at(-1).details.left).toEqual(left)
  })

  it('owes them no letter, and gives their account no new address', async () => {
    await succeed('coordinator', 'change', 'EG001', '--to', zaid, '--yes')
    await succeed('store', 'backup', 'copy.db')
    await succeed('coordinator', 'change', 'EG001', '--new', 'Nour Said <nour@school.example>', '--yes')
    await eraseZaid()
    await succeed('store', 'restore', 'copy.db', '--yes')
    const { coordinator } = await succeed('coordinator', 'show', 'EG001')
    expect(coordinator.email).toMatch(/^erased-\d+@erased.invalid$/)
    const nobody: string = coordinator.email
    const edited = await world.run(['users', 'edit', nobody, '--email', 'new@x.example', '--yes', '--json'])
    expect([edited.exit, edited.error().code]).toEqual([3, 'erased'])
    for (let n = 0; n < 12; n += 1) await world.run(['account', 'sign-in', nobody], { stdin: `wrong ${n}` })
    await world.run(['account', 'request', nobody])
    await succeed('coordinator', 'change', 'EG001', '--new', 'Huda Said <huda@school.example>', '--yes')
    const { messages } = await succeed('mail', 'list')
    expect(messages.filter(({ to }: { to: string }) => to === nobody)).toEqual([])
  })

  it('still knows them when an older backup without the account lay between', async () => {
    const bassem = 'bassem@school.example'
    await succeed('store', 'backup', 'before.db')
    await succeed('users', 'add', `Bassem Said <${bassem}>`, '--centre', 'EG001', '--yes')
    await succeed('store', 'backup', 'with.db')
    await succeed('users', 'delete', bassem, '--suspend', '--yes')
    await succeed('users', 'erase', bassem, '--yes')
    expect(await succeed('store', 'restore', 'before.db', '--yes')).toMatchObject({
      erasedAgain: { accounts: 0 },
    })
    world.setClock('2026-03-02T09:00:05.000Z')
    expect(await succeed('store', 'restore', 'with.db', '--yes')).toMatchObject({
      erasedAgain: { accounts: 1 },
    })
    expect(await stored()).not.toContain('bassem')
  })

  it('leaves what they coordinated to a suspended account without a name, and never to them', async () => {
    await succeed('store', 'backup', 'copy.db')
    await succeed('coordinator', 'change', 'EG001', '--to', zaid, '--yes')
    await succeed('users', 'delete', 'amira@school.example', '--suspend', '--yes')
    await succeed('users', 'erase', 'amira@school.example', '--yes')
    const { erasedAgain } = await succeed('store', 'restore', 'copy.db', '--yes')
    expect(erasedAgain).toMatchObject({ accounts: 1, suspended: [expect.any(Number)] })
    expect(await stored()).not.toContain('amira')
    expect(await events('users.suspended')).toMatchObject([
      { details: { before: 'active', after: 'suspended' } },
    ])
    const refused = await world.run(['coordinator', 'restore', 'EG001', '--yes', '--json'])
    expect([refused.exit, refused.error().code]).toEqual([3, 'erased'])
    await succeed('coordinator', 'change', 'EG001', '--to', zaid, '--yes')
    await succeed('store', 'check')
  })
})
