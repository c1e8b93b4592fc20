import { rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itInAFile } from '../../in-a-file.ts'
import { newWorld, type World } from '../../world.ts'

const unreachable = { env: { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:1?ignoreTLS=true' } }

describe('restoring a backup in which messages waited', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await succeed('store', 'init', '--if-missing')
    await succeed('centres', 'create', 'EG001', '--name', 'Nile School', '--country', 'Egypt')
    await succeed('users', 'add', 'Zaid Mansour <zaid@school.example>', '--centre', 'EG001')
    // Two letters that open nothing, so that no voiding cancels them.
    const edit = ['users', 'edit', 'zaid@school.example', '--email', 'zm@school.example', '--yes']
    expect((await world.run(edit, unreachable)).exit).toBe(9)
    await tamper(`delete from outbox where state = 'written'`)
    await succeed('store', 'backup', 'copy.db')
  })
  afterEach(() => world.close())

  const succeed = async (...argv: string[]) => {
    const ran = await world.run([...argv, '--json'])
    expect(ran).toMatchObject({ exit: 0 })
    return ran.json()
  }
  // Nobody else may have it open when it is restored.
  const tamper = async (statement: string) => {
    await world.tamper(statement)
    await world.closeStore()
  }
  const claims = async () => {
    const rows = await world.rows<{ claimed_by: string | null }>('select claimed_by from outbox order by id')
    await world.closeStore()
    return rows.map(({ claimed_by }) => claimed_by)
  }
  const states = async () =>
    (await succeed('mail', 'list', '--reverse')).messages.map(({ state }: { state: string }) => state)

  it('sends none again that went out or was cancelled since, and says so', async () => {
    await succeed('mail', 'cancel', '2', '--yes')
    await succeed('mail', 'send')
    const before = (await succeed('mail', 'list')).messages
    const rehearsed = await succeed('store', 'restore', 'copy.db', '--dry-run')
    expect(rehearsed).toMatchObject({ messages: { settled: 2, unsure: 0 } })
    const ran = await world.run(['store', 'restore', 'copy.db', '--yes'])
    expect(ran).toMatchObject({ exit: 0, stderr: '' })
    expect(ran.stdout).toContain('2 messages of the backup were sent, written, refused or cancelled since')
    expect(await states()).toEqual(['cancelled', 'written'])
    expect((await succeed('mail', 'list')).messages).toEqual(before)
    expect(await succeed('mail', 'send')).toMatchObject({ messages: [] })
    expect((await succeed('audit', 'list', '--action', 'store.restored')).events[0].details).toMatchObject({
      messages: { settled: 2, unsure: 0 },
    })
  })

  it('sends none again that was refused when the backup was made and has gone out since', async () => {
    await tamper(`update outbox set state = 'failed'`)
    await succeed('store', 'backup', 'refused.db')
    await succeed('mail', 'send', '--failed')
    expect(await succeed('store', 'restore', 'refused.db', '--yes')).toMatchObject({
      messages: { settled: 2 },
    })
    expect(await states()).toEqual(['written', 'written'])
  })

  it('leaves one that is being sent to whoever sends it', async () => {
    await tamper(
      `update outbox set claimed_by = 'smtp:other', claimed_at = '2026-03-02T09:00:00.000Z' where id = 2`,
    )
    expect(await succeed('store', 'restore', 'copy.db', '--yes')).toMatchObject({
      messages: { settled: 1, unsure: 0 },
    })
    expect(await claims()).toEqual(['smtp:other', null])
  })

  it('lets wait what still waits, without a word', async () => {
    expect(await succeed('store', 'restore', 'copy.db', '--yes')).toMatchObject({
      messages: { settled: 0, unsure: 0 },
      notices: [],
    })
    expect(await states()).toEqual(['queued', 'queued'])
  })

  itInAFile.each([
    ['is gone', async () => rmSync(world.db)],
    [
      'is another',
      async () => {
        rmSync(world.db)
        await succeed('store', 'init', '--key-file', world.path('other.key'))
      },
    ],
  ])('says that they may go out again where the store %s', async (_, change) => {
    await succeed('mail', 'send')
    await change()
    const { messages, notices } = await succeed('store', 'restore', 'copy.db', '--yes')
    expect(messages).toEqual({ settled: 0, unsure: 2 })
    expect(notices).toMatchObject([
      { code: 'messages-unsure', message: expect.stringContaining('ssh-admin mail list --state queued') },
    ])
    expect(await states()).toEqual(['queued', 'queued'])
  })

  itInAFile('counts no letter about a PIN, which is void', async () => {
    writeFileSync(
      world.path('more.csv'),
      'Centre number,Centre name,Country,Email,First name,Last name\nEG002,Sea School,Egypt,huda@sea.example,Huda,Aziz\n',
    )
    const argv = ['centres', 'import', 'more.csv', '--send-mail', '--yes', '--json']
    expect((await world.run(argv, unreachable)).json()).toMatchObject({ mail: { queued: 1 } })
    await succeed('store', 'backup', 'with-pins.db')
    rmSync(world.db)
    expect(await succeed('store', 'restore', 'with-pins.db', '--yes')).toMatchObject({
      messages: { settled: 0, unsure: 2 },
    })
  })
})
