import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from './program.ts'

describe('the audit log', () => {
  let desk: Desk
  beforeEach(() => {
    desk = newDesk()
  })
  afterEach(() => desk.clear())

  it('stays one unbroken chain when eight programs write at once', async () => {
    await desk.program(['seed', '--yes', '--centres', '1', '--users', '20'])
    const { stdout } = await desk.program(['users', 'list', '--json'])
    const users: { email: string; hubRole: string; status: string }[] = JSON.parse(stdout).users
    const teachers = users
      .filter(({ hubRole, status }) => hubRole === 'teacher' && status !== 'suspended')
      .slice(0, 8)
    expect(teachers.length).toBe(8)
    const ran = await Promise.all(
      teachers.map(async ({ email }) => {
        const suspended = await desk.program(['users', 'suspend', email, '--yes'])
        const restored = await desk.program(['users', 'restore', email, '--yes'])
        return [suspended.exitCode, restored.exitCode]
      }),
    )
    expect(ran).toEqual(teachers.map(() => [0, 0]))
    const verified = await desk.program(['audit', 'verify', '--json'])
    expect(verified).toMatchObject({ exitCode: 0 })
    const changes = await desk.program(['audit', 'list', '--action', 'users', '--json'])
    expect(JSON.parse(changes.stdout).total).toBe(16)
  })

  it('knows the head that was printed earlier', async () => {
    await desk.program(['seed', '--yes', '--centres', '1', '--users', '3'])
    const first = await desk.program(['audit', 'verify', '--json'])
    const { head } = JSON.parse(first.stdout)
    await desk.program(['centres', 'create', 'EG900', '--name', 'New School', '--country', 'Egypt', '--yes'])
    expect(await desk.program(['audit', 'verify', '--head', head])).toMatchObject({ exitCode: 0 })
    expect(await desk.program(['audit', 'verify', '--head', 'f'.repeat(64)])).toMatchObject({ exitCode: 7 })
  })
})
