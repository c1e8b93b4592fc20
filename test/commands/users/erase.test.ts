import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const zaid = 'zaid.mansour@school.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'amira@school.example' })
  await world.user(zaid, { centre: 'EG001', firstName: 'Zaid', lastName: 'Mansour', hubRole: 'admin' })
})
afterEach(() => world.close())

async function deleteZaid(): Promise<void> {
  expect((await world.run(['users', 'edit', zaid, '--first-name', 'Zaidoun', '--yes'])).exit).toBe(0)
  expect((await world.run(['users', 'reset-password', zaid, '--yes'])).exit).toBe(0)
  await world.run(['users', 'suspend', 'amira@school.example', '--as', zaid, '--yes'])
  expect((await world.run(['users', 'delete', zaid, '--suspend', '--yes'])).exit).toBe(0)
}

/** Every byte of the store and what lies beside it. */
function everything(): string {
  const files = readdirSync(world.folder, { recursive: true, withFileTypes: true })
  return files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(`${file.parentPath}/${file.name}`, 'latin1'))
    .join('\n')
    .toLowerCase()
}

describe('ssh-admin users erase', () => {
  it('leaves neither name nor address anywhere, and the log whole', async () => {
    await deleteZaid()
    await (await world.store()).close()
    expect(everything()).toContain('zaid')

    const ran = await world.run(['users', 'erase', zaid, '--yes', '--json'])
    expect(ran.stderr).toBe('')
    expect(ran.exit).toBe(0)
    expect(ran.json()).toMatchObject({
      erased: { accounts: 1, messages: 1, files: 1 },
      left: expect.arrayContaining(['backups of the store']),
      changed: true,
    })
    expect(everything()).not.toMatch(/zaid|mansour/)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
    const events = await world.run(['audit', 'list', '--action', 'users.erased', '--json'])
    expect(events.json()).toMatchObject({ total: 1, events: [{ subject: null }] })
  })

  it('knows an address however its domain is written', async () => {
    const address = 'zaid@bücher.example'
    await world.run(['users', 'list', '--as', address])
    const adding = ['users', 'add', `Zaid Mansour <${address}>`, '--centre', 'EG001', '--yes']
    expect(await world.run(adding)).toMatchObject({ exit: 0 })
    expect((await world.run(['users', 'delete', address, '--suspend', '--yes'])).exit).toBe(0)
    expect((await world.run(['users', 'erase', address, '--yes'])).exit).toBe(0)
    const { events } = (await world.run(['audit', 'list', '--json'])).json()
    expect(JSON.stringify(events)).not.toMatch(/bücher|xn--/)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('says in a pipe, too, what it does not reach', async () => {
    await deleteZaid()
    const ran = await world.run(['users', 'erase', zaid, '--yes'])
    expect(ran.stdout).toMatch(/^1\t\d+\t1\t1\n$/)
    expect(ran.stderr).toContain('backups of the store')
  })

  it('erases every deleted account of the address', async () => {
    await deleteZaid()
    await world.user(zaid, { centre: 'EG001', firstName: 'Zaid', lastName: 'Mansour' })
    expect((await world.run(['users', 'delete', zaid, '--suspend', '--yes'])).exit).toBe(0)
    const ran = await world.run(['users', 'erase', zaid.toUpperCase(), '--yes', '--json'])
    expect(ran.json()).toMatchObject({ erased: { accounts: 2 } })
  })

  it('is for good: neither restoring nor taking an import back makes an account of it', async () => {
    const fixture = (name: string) => new URL(`../../../fixtures/${name}`, import.meta.url).pathname
    const imports = ['centres', 'import', '--yes', '--pins-out']
    await world.run([...imports, 'first.xlsx', fixture('centres.xlsx')])
    const next = [fixture('centres-next-term.xlsx'), '--delete-user', 'kenta.yamazaki@sakuragaoka.example']
    await world.run([...imports, 'next.xlsx', ...next])
    expect((await world.run(['users', 'erase', 'kenta.yamazaki@sakuragaoka.example', '--yes'])).exit).toBe(0)

    const deleted = await world.run(['users', 'list', '--deleted', '--json'])
    const [{ email: nobody }] = deleted.json().users
    const undone = await world.run(['centres', 'imports', 'undo', '2', '--yes', '--json'])
    expect(undone.json()).toMatchObject({
      undone: { usersRestored: 0 },
      left: expect.arrayContaining([{ what: nobody, reason: 'erased' }]),
    })
    const restored = await world.run(['users', 'restore', nobody, '--json'])
    expect(restored.exit).toBe(3)
    expect(restored.error().code).toBe('erased')
    expect((await world.run(['users', 'exists', nobody])).exit).toBe(4)
  })

  it('is for deleted users', async () => {
    const ran = await world.run(['users', 'erase', zaid, '--yes', '--json'])
    expect(ran.exit).toBe(3)
    expect(ran.error()).toMatchObject({
      code: 'not-deleted',
      hint: `ssh-admin users delete ${zaid} --suspend`,
    })
  })

  it('knows nobody by an address that no account had', async () => {
    const ran = await world.run(['users', 'erase', 'nobody@school.example', '--yes', '--json'])
    expect(ran.exit).toBe(4)
  })

  it('changes nothing in a rehearsal', async () => {
    await deleteZaid()
    const ran = await world.run(['users', 'erase', zaid, '--dry-run', '--json'])
    expect(ran).toMatchObject({ exit: 0 })
    expect(ran.json()).toMatchObject({ dryRun: true, erased: { accounts: 1 } })
    expect((await world.run(['users', 'erase', zaid, '--dry-run'])).exit).toBe(0)
  })

  it('needs an answer where nobody can be asked', async () => {
    await deleteZaid()
    const ran = await world.run(['users', 'erase', zaid, '--json'])
    expect(ran.exit).toBe(2)
    expect(ran.error().code).toBe('answer-needed')
  })

  it('names the messages to others that it leaves', async () => {
    await deleteZaid()
    mkdirSync(`${world.db}.mail`, { recursive: true })
    const other = `${world.db}.mail/other.eml`
    writeFileSync(other, `To: amira@school.example\r\nSubject: x\r\n\r\nAsk ${zaid}\r\n`)
    const ran = await world.run(['users', 'erase', zaid, '--yes', '--json'])
    expect(ran.json().left.join()).toContain('other.eml')
    expect(existsSync(other)).toBe(true)
  })
})
