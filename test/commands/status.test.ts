import { chmodSync, copyFileSync, existsSync, renameSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itInAFile } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const hub = async () => {
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'head@nile.example' })
  await world.centre('CA001', { kind: 'associate' })
  await world.centre('CA101', { associate: 'CA001', status: 'approved' })
  await world.user('omar@nile.example', { centre: 'EG001', status: 'suspended' })
}

describe('status', () => {
  it('counts centres and people by status, and says what waits and what to do next', async () => {
    await hub()
    const toNobody = ['--smtp', 'smtp://127.0.0.1:9?ignoreTLS=true', '--yes']
    await world.run(['users', 'reset-password', 'head@nile.example', ...toNobody])
    const answer = (await world.run(['status', '--json'])).json()
    expect(answer).toMatchObject({
      store: world.db,
      centres: { active: 2, approved: 1, deleted: 0 },
      users: { active: 1, suspended: 1, invited: 0, deleted: 0 },
      messages: { waiting: 1, failed: 0 },
      lapsing: { links: 0, pins: 0 },
      sheetsOwed: [],
      lastImports: [],
      next: ['ssh-admin mail send', 'ssh-admin centres list --status approved'],
    })
  })

  it('names invitations that lapse within a day, and no longer once they have lapsed', async () => {
    await hub()
    await world.run(['users', 'add', 'Nour Salem <nour@nile.example>', '--centre', 'EG001'])
    const lapsing = async () => (await world.run(['status', '--json'])).json().lapsing
    expect(await lapsing()).toEqual({ links: 0, pins: 0 })
    world.setClock('2026-03-04T08:00:00.000Z')
    expect(await lapsing()).toEqual({ links: 1, pins: 0 })
    world.setClock('2026-03-04T10:00:00.000Z')
    expect(await lapsing()).toEqual({ links: 0, pins: 0 })
  })

  it('is one screen, and no line is wider than the terminal', async () => {
    await hub()
    const { stdout } = await world.run(['status'], { terminal: { columns: 80 }, env: { NO_COLOR: '1' } })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.length).toBeLessThan(24)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    expect(stdout).toContain('2 active, 1 approved')
    expect(stdout).toContain('ssh-admin centres list --status approved  have no coordinator yet')
  })

  it('leaves out what the next step is for where there is no room for it', async () => {
    await hub()
    const { stdout } = await world.run(['status'], { terminal: { columns: 60 }, env: { NO_COLOR: '1' } })
    expect(stdout).toContain('Next         ssh-admin centres list --status approved\n')
  })

  itInAFile('says that the key is missing, or can be read by others, and how that is mended', async () => {
    await hub()
    const shown = async () => (await world.run(['status'])).stdout
    const key = async () => (await world.run(['status', '--json'])).json().key
    expect([await shown(), await key()]).toEqual([expect.not.stringContaining('Key\t'), 'there'])
    const file = world.keyFile
    chmodSync(file, 0o644)
    expect(await shown()).toContain(`Key\tThe key file ${file} can be read by others. chmod 600 ${file}`)
    expect(await key()).toBe('unreadable')
    renameSync(file, `${file}.away`)
    expect(await shown()).toContain(
      `Key\tThe key file is not at ${file}. Put it back, or name it with --key-file. Without it nothing can be changed`,
    )
    expect(await key()).toBe('missing')
    const other = newWorld()
    await other.centre('EG009')
    copyFileSync(other.keyFile, file)
    await other.close()
    expect([await shown(), await key()]).toEqual([
      expect.stringContaining('Name the right one with --key-file.'),
      'of-another-store',
    ])
  })

  it('asks no command for the key', async () => {
    await hub()
    const { stdout } = await world.run(['status', '--json'], {
      env: { SSH_ADMIN_KEY_COMMAND: 'touch asked' },
    })
    expect(JSON.parse(stdout).key).toBe('by-command')
    expect(existsSync(world.path('asked'))).toBe(false)
  })

  it('is for staff alone', async () => {
    await hub()
    expect(await world.run(['status', '--as', 'head@nile.example'])).toMatchObject({ exit: 5 })
  })
})

describe('ssh-admin alone', () => {
  const alone = (typing = {}) => world.run([], { terminal: true, ...typing })
  const help = async () => (await world.run(['--help'], { terminal: true })).stdout

  it('shows the status at a terminal', async () => {
    await hub()
    expect((await alone()).stdout).toContain('2 active, 1 approved')
  })

  itInAFile('is the help in a pipe, without a store, and for whoever is not staff', async () => {
    expect((await alone()).stdout).toBe(await help())
    await hub()
    expect((await world.run([])).stdout).toContain('Usage: ssh-admin')
    expect((await alone({ env: { SSH_ADMIN_AS: 'head@nile.example' } })).stdout).toBe(await help())
    expect((await alone({ env: { SSH_ADMIN_AS_REQUIRED: '1' } })).stdout).toBe(await help())
    const { events } = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()
    expect(events).toEqual([])
  })
})
