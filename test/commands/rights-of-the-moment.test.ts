import { appendAudit } from '../../src/rules/audit/append.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { heldStore } from '../held-store.ts'
import { newWorld, type World } from '../world.ts'

const admin = 'admin@school.example'
const teacher = 'teacher@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'coordinator@school.example' })
  await world.user(admin, { centre: 'EG001', hubRole: 'admin' })
  await world.user(teacher, { centre: 'EG001' })
})
afterEach(() => world.close())

const suspending = ['users', 'suspend', teacher, '--as', admin]
const events = async () => (await world.run(['audit', 'list', '--json'])).json().events
const refusal = { kind: 'refusal', action: 'users.suspend' }

describe('rights', () => {
  it('are those of the moment of the change: lost while a question was open, nothing is done', async () => {
    const typist = inProcess(world, suspending)
    await typist.sees('Suspend Amira Haddad')
    expect((await world.run(['users', 'suspend', admin, '--yes'])).exit).toBe(0)
    typist.types('y')
    typist.presses('enter')
    const { exit, text } = await typist.leaves()
    expect({ exit, text }).toMatchObject({ exit: 5, text: expect.stringContaining('may not do anything') })
    expect(await world.account(teacher)).toMatchObject({ status: 'active' })
    expect(await events()).toMatchObject([refusal, { action: 'users.suspended', subject: admin }])
  })

  it('are those of the moment of the change: lost while a busy store was waited for, nothing is done', async () => {
    const release = await heldStore(world, async (trx) => {
      await trx.deleteFrom('user_roles').execute()
      await trx
        .updateTable('users')
        .set({ status: 'suspended', status_before_suspension: 'active' })
        .where('email_key', '=', admin)
        .execute()
    })
    const typist = inProcess(world, [...suspending, '--yes'])
    await typist.sees('Waiting for')
    await release()
    expect(await typist.leaves()).toMatchObject({ exit: 5 })
    expect(await world.account(teacher)).toMatchObject({ status: 'active' })
    expect(await events()).toMatchObject([refusal])
  })
})

describe('the time of a change', () => {
  it('is never before the last event, whatever the clock says', async () => {
    const moment = (at: string, argv: string[]) => world.run(argv, { at: new Date(at) })
    await moment('2026-03-02T12:00:00.000Z', ['users', 'suspend', teacher, '--yes'])
    await moment('2026-03-02T11:59:00.000Z', ['users', 'restore', teacher])
    await moment('2026-03-02T11:58:00.000Z', [
      'users',
      'suspend',
      'coordinator@school.example',
      '--as',
      admin,
      '--yes',
    ])
    const [last, ...before] = await events()
    expect(last).toMatchObject(refusal)
    for (const { at } of [last, ...before]) expect(at).toBe('2026-03-02T12:00:00.000Z')
  })

  it('is that of the transaction where it was asked before another wrote', async () => {
    const at = new Date('2026-03-02T08:59:59.000Z')
    await world.commit((ctx) => (trx) => appendAudit(trx, { ...ctx, at, action: 'store.checked' }))
    expect((await events())[0]).toMatchObject({ action: 'store.checked', at: world.now.toISOString() })
  })
})

describe('a refusal of rights', () => {
  const refusals = async () => (await events()).filter(({ kind }: { kind: string }) => kind === 'refusal')

  it('is recorded in a dry run too, and says that it was one', async () => {
    const argv = ['users', 'suspend', 'coordinator@school.example', '--as', admin, '--json']
    expect((await world.run([...argv, '--dry-run'])).exit).toBe(5)
    expect(await refusals()).toMatchObject([{ actor: admin, details: { dryRun: true } }])
    expect((await world.run([...argv, '--yes'])).exit).toBe(5)
    const [real] = await refusals()
    expect(real.details).not.toHaveProperty('dryRun')
  })

  it.each([
    [['users', 'list', '--centre', 'EG002']],
    [['users', 'exists', 'nobody@school.example']],
    [['users', 'show', 'nobody@school.example']],
    [['centres', 'list', '--associate', 'CA001']],
    [['audit', 'verify']],
    [['store', 'check']],
    [['centres', 'import', 'nothing.xlsx', '--dry-run']],
    [['mail', 'send', '--dry-run']],
  ])('is recorded once, whatever was tried: %s', async (argv) => {
    expect((await world.run([...argv, '--as', admin, '--json'])).exit).toBe(5)
    expect(await refusals()).toHaveLength(1)
  })
})
