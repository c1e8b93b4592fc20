import { existsSync, readFileSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'amira@school.example' })
  await world.user('omar@school.example', { centre: 'EG001', hubRole: 'admin' })
  await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
  world.setClock('2026-03-03T09:00:00.000Z')
  await world.run(['coordinator', 'restore', 'EG001'])
  await world.run(['coordinator', 'suspend', 'EG001', '--yes', '--as', 'omar@school.example'])
})
afterEach(() => world.close())

describe('ssh-admin audit list', () => {
  it('says to whoever acts for centres which of them they see still, and of no other that there is one', async () => {
    await world.centre('CA100', { kind: 'associate' })
    for (const number of ['CA101', 'CA102'])
      await world.centre(number, { kind: 'associate-centre', associate: 'CA100' })
    const rana = 'rana@associate.example'
    await world.user(rana, { centre: 'CA100', hubRole: 'admin' })
    await world.run(['associates', 'assign', rana, 'CA101', 'CA102', '--yes'])
    expect((await world.run(['associates', 'unassign', rana, 'CA102', '--yes'])).exit).toBe(0)
    const ran = await world.run(['audit', 'list', '--action', 'associates.assigned', '--as', rana, '--json'])
    expect(ran.json().events).toMatchObject([{ details: { centres: ['CA101'] } }])
  })

  it('says when, who, what, to whom, before and after, and by which command', async () => {
    const ran = await world.run(['audit', 'list', '--json'])
    expect(ran.exit).toBe(0)
    expect(ran.json()).toMatchObject({
      total: 3,
      events: [
        { kind: 'refusal', action: 'coordinator.suspend', subject: 'EG001', actor: 'omar@school.example' },
        { kind: 'change', action: 'coordinator.restored', at: '2026-03-03T09:00:00.000Z' },
        {
          id: 1,
          at: '2026-03-02T09:00:00.000Z',
          operator: 'tester@desk',
          actor: null,
          kind: 'change',
          action: 'coordinator.suspended',
          subject: 'EG001',
          details: {
            command: 'coordinator suspend',
            affected: 1,
            status: { before: 'active', after: 'suspended' },
            coordinator: 'amira@school.example',
          },
        },
      ],
    })
  })

  it('filters', async () => {
    const ids = async (...filter: string[]) => {
      const ran = await world.run(['audit', 'list', ...filter])
      expect(ran.exit).toBe(0)
      return ran.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => Number(line.split('\t')[0]))
    }
    expect(await ids('--kind', 'refusal')).toEqual([3])
    expect(await ids('--actor', 'omar@school.example')).toEqual([3])
    expect(await ids('--actor', 'staff')).toEqual([2, 1])
    expect(await ids('--subject', 'eg001')).toEqual([3, 2, 1])
    expect(await ids('--subject', 'amira@school.example')).toEqual([2, 1])
    expect(await ids('--action', 'coordinator.restored')).toEqual([2])
    expect(await ids('--until', '2026-03-02')).toEqual([1])
    expect(await ids('--since', '2026-03-03T08:59')).toEqual([3, 2])
    expect(await ids('--since', '2026-03')).toEqual([3, 2, 1])
    expect(await ids('--until', '2026-03')).toEqual([3, 2, 1])
    expect(await ids('--until', '2026-02')).toEqual([])
    expect(await ids('--since', '2026')).toEqual([3, 2, 1])
    expect(await ids('--until', '2025')).toEqual([])
    expect(await ids('--until', '9999-12-31')).toEqual(await ids())
    expect(await ids('--since', '9999-12-31T23:59-12:00')).toEqual([])
    expect(await ids('--until', '2026/3/2')).toEqual([1])
    expect(await ids('--since', '2026.03.3')).toEqual([3, 2])
    expect(await ids('--limit', '1')).toEqual([3])
    world.setClock('2026-03-03T09:29:00Z')
    for (const time of ['30m', '30 min', '30 minutes ago']) expect(await ids('--since', time)).toEqual([3, 2])
    expect(await ids('--since', '20m')).toEqual([])
    world.setClock('2026-03-04T10:00:00Z')
    expect(await ids('--since', 'Yesterday')).toEqual([3, 2])
    expect(await ids('--until', 'yesterday')).toEqual([3, 2, 1])
    expect(await ids('--since', 'today')).toEqual([])
    expect(await ids('--since', '2d')).toEqual([3, 2])
    expect(await ids('--since', '1w')).toEqual([3, 2, 1])
    expect(await ids('--until', '26 h')).toEqual([1])
    expect(await ids('--until', '26 hours ago')).toEqual([1])
  })

  it('writes control characters out', async () => {
    const { db } = await world.store()
    await db.updateTable('centres').set({ name: 'Evil\u001b[2J\u202eSchool' }).execute()
    await world.commit((ctx) => async (trx) => {
      const { appendAudit } = await import('../../../src/rules/audit/append.ts')
      await appendAudit(trx, {
        ...ctx,
        action: 'centres.edited',
        subject: 'EG001',
        facts: { name: 'a\u001b[2Jb' },
      })
    })
    const ran = await world.run(['audit', 'list'])
    expect(ran.stdout).not.toMatch(/\u001b|\u202e/)
  })

  it('says what is wrong with a time', async () => {
    for (const time of [
      'monday',
      '2',
      '03/04/2026',
      '2x',
      'd',
      '99999d',
      '2026-02-30',
      '2026-05-008',
      '2026-13',
      '2026/3-1',
      '2026/02/30',
      '1999',
    ]) {
      const ran = await world.run(['audit', 'list', '--since', time, '--json'])
      expect([time, ran.exit]).toEqual([time, 2])
    }
  })
})

describe('ssh-admin audit export', () => {
  it.each(['audit.xlsx', 'audit.csv', 'audit.jsonl'])('writes %s, for its owner only', async (name) => {
    const ran = await world.run(['audit', 'export', name, '--json'])
    expect(ran).toMatchObject({ exit: 0 })
    expect(ran.json()).toMatchObject({ file: name, events: 3 })
    expect(statSync(world.path(name)).mode & 0o777).toBe(0o600)
  })

  it('writes one document a line, oldest first', async () => {
    await world.run(['audit', 'export', 'audit.jsonl'])
    const lines = readFileSync(world.path('audit.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).id)).toEqual([1, 2, 3])
  })

  it('never writes over a file', async () => {
    await world.run(['audit', 'export', 'audit.csv'])
    const before = readFileSync(world.path('audit.csv'))
    const again = await world.run(['audit', 'export', 'audit.csv', '--json'])
    expect(again.exit).not.toBe(0)
    expect(readFileSync(world.path('audit.csv'))).toEqual(before)
  })

  it('knows three endings', async () => {
    const ran = await world.run(['audit', 'export', 'audit.pdf'])
    expect(ran.exit).toBe(2)
    expect(existsSync(world.path('audit.pdf'))).toBe(false)
  })
})

describe('ssh-admin audit verify', () => {
  it('prints the number of events and the head', async () => {
    const ran = await world.run(['audit', 'verify', '--json'])
    expect(ran.exit).toBe(0)
    expect(ran.json()).toMatchObject({ ok: true, events: 3, head: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it('ends with 7 and names the row when something is not as it was written', async () => {
    await world.tamper("update audit set action = 'x' where id = 2")
    const ran = await world.run(['audit', 'verify', '--json'])
    expect(ran.exit).toBe(7)
    expect(ran.error()).toMatchObject({
      code: 'audit-broken',
      details: { ok: false, problems: [{ target: 'row 2' }] },
    })
  })

  it('misses a head that was never there', async () => {
    const ran = await world.run(['audit', 'verify', '--head', '0'.repeat(64), '--json'])
    expect(ran.exit).toBe(7)
  })
})
