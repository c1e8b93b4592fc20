import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bin, type Desk, newDesk } from './program.ts'
import { connectSqlite } from '../../src/db/sqlite/driver.ts'

describe('two programs at once', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
  })
  afterEach(() => desk.clear())

  const user = 'user-1@'
  const holding = () => {
    const raw = connectSqlite(desk.path('hub.db'))
    raw.exec('begin immediate')
    return raw
  }

  it('make one store and one key when both begin', async () => {
    const begin = () => desk.program(['store', 'init', '--if-missing'])
    const all = await Promise.all([begin(), begin(), begin()])
    expect(all.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
    expect(await desk.program(['store', 'check'])).toMatchObject({ exitCode: 0 })
    expect(all.filter(({ stdout }) => stdout.startsWith('Began the store'))).toHaveLength(1)
    const { stdout } = await desk.program(['audit', 'list', '--json'])
    expect(JSON.parse(stdout).events).toMatchObject([{ action: 'store.begun' }])
  })

  it('wait for each other, and say for whom', async () => {
    await desk.program(['seed', '--yes', '--centres', '1', '--users', '3'])
    const raw = holding()
    // The other one finishes once it is waited for.
    const argv = [bin, 'store', 'rekey', '--yes', '--wait', '120']
    const env = { HOME: desk.folder, SSH_ADMIN_DB: desk.path('hub.db') }
    const waiting = execa(process.execPath, argv, { env, extendEnv: false, reject: false })
    let said = ''
    for await (const line of waiting.iterable({ from: 'stderr' })) {
      said += line
      if (raw.inTransaction && said.includes('Waiting for another program')) raw.exec('commit')
    }
    const { exitCode } = await waiting
    raw.close()
    expect([exitCode, said]).toEqual([
      0,
      expect.stringContaining('Waiting for another program to finish with the store'),
    ])
  })

  it('wait to look, too, while another has the store alone', async () => {
    await desk.program(['seed', '--yes', '--centres', '1', '--users', '3'])
    const raw = connectSqlite(desk.path('hub.db'))
    raw.pragma('locking_mode = exclusive')
    raw.exec('begin immediate; commit')
    const looking = desk.program(['users', 'list', '--wait', '120'])
    setTimeout(() => raw.close(), 1500)
    expect(await looking).toMatchObject({ exitCode: 0 })
  })

  it('give up after the time that was said', async () => {
    await desk.program(['seed', '--yes', '--centres', '1', '--users', '3'])
    const raw = holding()
    const { exitCode, stderr } = await desk.program(['store', 'rekey', '--yes', '--wait', '0.5'])
    raw.close()
    expect(exitCode).toBe(7)
    expect(stderr).toContain('is in use')
  })

  it('both get their change in', async () => {
    await desk.program(['seed', '--yes', '--centres', '1', '--users', '9'])
    const { stdout } = await desk.program(['users', 'list', '--json'])
    const emails: string[] = JSON.parse(stdout).users.map(({ email }: { email: string }) => email)
    const teachers = emails.filter((email) => !email.startsWith(user)).slice(0, 4)
    const ran = await Promise.all(teachers.map((email) => desk.program(['users', 'suspend', email, '--yes'])))
    expect(ran.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
    expect(await desk.program(['audit', 'verify'])).toMatchObject({ exitCode: 0 })
  })
})
