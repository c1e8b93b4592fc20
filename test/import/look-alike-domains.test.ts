import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
  await world.user('amira@coca.example', { centre: 'EG001' })
})
afterEach(() => world.close())

/** Each in letters of one other script that read as the Latin ones. */
const looksLikeASavedOne = 'соса.example'
const looksLikeTheSender = 'рост.example'

function workbook(...addresses: readonly string[]): string {
  const rows = addresses.map((address) => `EG001,Centre EG001,Egypt,${address},Nour,Said`)
  const heading = 'Centre number,Centre name,Country,Email,First name,Last name'
  const file = world.path('centres.csv')
  writeFileSync(file, [heading, ...rows].join('\n'))
  return file
}

const importing = (file: string, ...more: string[]) =>
  world.run(['centres', 'import', file, '--yes', '--json', ...more], {
    env: { SSH_ADMIN_MAIL_FROM: 'noreply@poct.example' },
  })

describe('a workbook with an address whose domain only looks like another', () => {
  it.each([
    ['that of a saved user', `nour@${looksLikeASavedOne}`, 'coca.example'],
    ['that of the sender of messages, as it is set', `nour@${looksLikeTheSender}`, 'poct.example'],
  ])('has the row held back: %s', async (_, address, other) => {
    const ran = await importing(workbook('amira@coca.example', address, 'good@coca.example'))
    expect(ran.exit).toBe(8)
    expect(ran.json()).toMatchObject({
      rows: { read: 3, accepted: 2, heldBack: 1 },
      users: { created: 1 },
      issues: [{ cell: 'centres!D3', code: 'look-alike-domain', message: expect.stringContaining(other) }],
    })
    expect((await world.run(['users', 'exists', address])).exit).toBe(4)
  })

  it.each([
    ['in Armenian letters', 'hugo.example', 'հսցօ.example'],
    ['with a label in front', 'cocoa.example', 'mail.сосоа.example'],
    ['of one with a label in front', 'mail.peace.example', 'реасе.example'],
  ])('has the row held back where both are new: %s', async (_, one, other) => {
    const ran = await importing(workbook(`first@${one}`, `second@${other}`), '--partial')
    expect(ran.json()).toMatchObject({
      rows: { accepted: 1, heldBack: 1 },
      issues: [{ cell: 'centres!D3', code: 'look-alike-domain', message: expect.stringContaining(one) }],
    })
  })

  it.each(['mail.соса.example', 'соса.example', 'a.b.соса.example'])(
    'is refused with a label in front as without, when a user is added: %s',
    async (domain) => {
      const adding = ['users', 'add', `Nour Said <nour@${domain}>`, '--centre', 'EG001', '--json']
      expect((await world.run(adding)).error()).toMatchObject({ code: 'look-alike-domain' })
    },
  )

  it('is imported where no other is in use that it looks like', async () => {
    expect((await importing(workbook('amira@coca.example', 'nour@школа.example'))).json()).toMatchObject({
      issues: [],
      users: { created: 1 },
    })
  })

  it('is planned anew where the other came into use after it was planned', async () => {
    const plan = world.path('import.plan')
    const address = 'nour@асе.example'
    expect((await importing(workbook('amira@coca.example', address), '--plan-out', plan)).exit).toBe(0)
    await world.user('first@ace.example', { centre: 'EG001' })
    const ran = await world.run(['centres', 'apply', plan, '--yes', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([3, 'plan-changed'])
  })
})

describe('the domain of the sender of messages', () => {
  it('is the one that is set, for a new user, a coordinator and a changed address', async () => {
    const address = `nour@${looksLikeTheSender}`
    for (const argv of [
      ['users', 'add', `Nour Said <${address}>`, '--centre', 'EG001'],
      ['coordinator', 'add', 'EG001', `Nour Said <${address}>`],
      ['users', 'edit', 'amira@coca.example', '--email', address],
    ]) {
      const tried = (from?: string) =>
        world.run([...argv, '--yes', '--json', '--dry-run'], { env: { SSH_ADMIN_MAIL_FROM: from } })
      expect((await tried('noreply@poct.example')).error()).toMatchObject({ code: 'look-alike-domain' })
      expect((await tried()).exit).toBe(0)
    }
  })

  it('is told to Cambridge staff, and no other domain to whoever acts for a user', async () => {
    await world.centre('EG002', { coordinator: 'coordinator@far.example' })
    const argv = ['users', 'add', `Nour Said <nour@${looksLikeASavedOne}>`, '--centre', 'EG002', '--json']
    expect((await world.run(argv)).error().message).toContain('coca.example')
    const ran = await world.run([...argv, '--as', 'coordinator@far.example'])
    expect(ran.error()).toMatchObject({ code: 'look-alike-domain' })
    expect(ran.stderr).not.toContain('coca.example')
  })
})
