import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

const zaid = 'zaid.mansour@school.example'

describe('erasing an address that no account has', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'amira@school.example' })
  })
  afterEach(() => world.close())

  const erase = async (...more: string[]) => world.run(['users', 'erase', zaid, '--yes', '--json', ...more])
  const refusedAbout = (email: string) =>
    world.run(['users', 'suspend', email, '--as', 'amira@school.example', '--yes'])
  const values = async () =>
    JSON.stringify(await world.rows('select value from audit_personal where value is not null'))

  it('empties what names it, and nothing of a longer address, and finds nobody after that', async () => {
    for (const email of [zaid, `x${zaid}`, `${zaid}.au`]) expect((await refusedAbout(email)).exit).toBe(5)
    expect((await erase('--dry-run')).json()).toMatchObject({ changed: true, erased: { events: 1 } })
    expect((await erase()).json()).toMatchObject({ changed: true, erased: { accounts: 0, events: 1 } })
    expect(await values()).not.toContain(`"${zaid}"`)
    for (const email of [`x${zaid}`, `${zaid}.au`]) expect(await values()).toContain(`"${email}"`)
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
    expect((await erase()).exit).toBe(4)
  })

  it('is unchanged, and no event, where nothing names whoever was erased', async () => {
    await world.user(zaid, { centre: 'EG001', status: 'suspended' })
    expect((await world.run(['users', 'delete', zaid, '--yes'])).exit).toBe(0)
    expect((await erase()).json()).toMatchObject({ changed: true, erased: { accounts: 1 } })
    expect((await erase()).json()).toMatchObject({ changed: false, erased: { accounts: 0, events: 0 } })
    await refusedAbout(zaid)
    expect((await erase()).json()).toMatchObject({ changed: true, erased: { accounts: 0, events: 1 } })
    const { total } = (await world.run(['audit', 'list', '--action', 'users.erased', '--json'])).json()
    expect(total).toBe(2)
  })
})

describe('the written message of whoever is erased', () => {
  let world: World
  let note: string
  let file: string
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001', { coordinator: 'amira@school.example' })
    await world.user(zaid, { centre: 'EG001' })
    const resetting = ['users', 'reset-password', zaid, '--yes', '--mail-dir', world.path('desk')]
    expect((await world.run(resetting)).exit).toBe(0)
    expect((await world.run(['users', 'delete', zaid, '--suspend', '--yes'])).exit).toBe(0)
    note = String((await world.rows('select file from outbox'))[0]?.file)
    file = note.replace(/^[^/]*:/, '')
    expect(existsSync(file)).toBe(true)
  })
  afterEach(() => world.close())

  const erase = (...more: string[]) => world.run(['users', 'erase', zaid, '--yes', ...more])
  const notFound = (where: string) =>
    `a message to them that is not where it was written; at the desk that has it, the same command removes it: ${where}`
  const leftInEvents = async () => {
    const { events } = (await world.run(['audit', 'list', '--action', 'users.erased', '--json'])).json()
    return events.flatMap(({ details }: { details: { left: string[] } }) => details.left)
  }
  const noteAs = async (place: string) =>
    (await world.store()).db.updateTable('outbox').set({ file: place }).execute()

  it('goes from where it was written, whatever the mail directory is now', async () => {
    const ran = (await erase('--json', '--mail-dir', world.path('other'))).json()
    expect([ran.erased.files, existsSync(file), await leftInEvents()]).toEqual([1, false, []])
  })

  it('that goes at another desk, where the store had nothing of theirs any more, is told in an event of its own', async () => {
    const other = world.path('other-desk')
    cpSync(dirname(file), other, { recursive: true })
    await erase()
    const before = (await world.run(['audit', 'list', '--action', 'users.erased', '--json'])).json().total
    const ran = (await erase('--json', '--mail-dir', other)).json()
    expect([ran.changed, ran.erased.files]).toEqual([true, 1])
    const { events, total } = (
      await world.run(['audit', 'list', '--action', 'users.erased', '--json'])
    ).json()
    expect(total).toBe(before + 1)
    expect(events.map(({ details }: { details: { files?: number } }) => details.files)).toContain(1)
    const again = (await erase('--json', '--mail-dir', other)).json()
    expect(again.changed).toBe(false)
  })

  it('is noted with its machine in a shared store', async () => {
    const { engine } = await world.store()
    expect(note).toBe(engine.isShared ? `${hostname()}:${file}` : file)
    expect((await world.run(['mail', 'show', '1', '--json'])).json().file).toBe(file)
  })

  it('is not counted where it is not found, but named in the answer and in the event', async () => {
    rmSync(file)
    const rehearsed = (await erase('--json', '--dry-run')).json()
    expect([rehearsed.erased.files, rehearsed.left]).toEqual([0, expect.arrayContaining([notFound(note)])])
    const ran = await erase('--json')
    expect([ran.exit, ran.json().erased.files]).toEqual([0, 0])
    expect(ran.json().left).toContain(notFound(note))
    expect(await leftInEvents()).toEqual([notFound(note)])
  })

  it('is named with its machine where that is another, on the screen and to whoever looks at it', async () => {
    const place = 'desk-2:/home/hub/mail/0001-password-reset-0a1b2c3d.eml'
    await noteAs(place)
    expect((await world.run(['mail', 'show', '1', '--json'])).json().file).toBe(place)
    const erasing = ['users', 'erase', zaid, '--yes', '--mail-dir', world.path('other')]
    const { stdout } = await world.run(erasing, { terminal: { columns: 200 } })
    expect(stdout).toContain(`  - ${notFound(place)}\n`)
    expect(await leftInEvents()).toEqual([notFound(place)])
  })

  it('goes from a disk that both machines share', async () => {
    await noteAs(`desk-2:${file}`)
    expect((await erase('--json')).json().erased.files).toBe(1)
    expect([existsSync(file), await leftInEvents()]).toEqual([false, []])
  })

  it('goes from a mail directory that was moved', async () => {
    renameSync(dirname(file), world.path('moved'))
    const ran = (await erase('--json', '--mail-dir', world.path('moved'))).json()
    expect(ran.erased.files).toBe(1)
    expect(existsSync(world.path(`moved/${basename(file)}`))).toBe(false)
    expect(await leftInEvents()).toEqual([])
  })

  it('goes at the desk that has it, erased there once more', async () => {
    renameSync(dirname(file), world.path('theirs'))
    expect((await erase('--json', '--mail-dir', world.path('other'))).json().erased.files).toBe(0)
    expect((await erase('--json', '--mail-dir', world.path('theirs'))).json().erased.files).toBe(1)
    expect(existsSync(world.path(`theirs/${basename(file)}`))).toBe(false)
  })

  it('is named without the address that stands in its folder', async () => {
    await noteAs(`desk-2:/home/${zaid}/0001-password-reset-0a1b2c3d.eml`)
    await erase('--mail-dir', world.path('other'))
    expect(await leftInEvents()).toEqual([notFound('desk-2:/home/(erased)/0001-password-reset-0a1b2c3d.eml')])
  })
})
