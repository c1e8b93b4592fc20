import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appendAudit } from '../../../src/rules/audit/append.ts'
import { newWorld, type World } from '../../world.ts'

describe('a log of more events than are read at a time', () => {
  let world: World
  const many = 2_001
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.commit((ctx) => async (trx) => {
      for (let number = 1; number <= many; number += 1)
        await appendAudit(trx, { ...ctx, action: 'centres.edited', subject: `EG${number}`, facts: {} })
    })
  })
  afterEach(() => world.close())

  const all = Array.from({ length: many }, (_, at) => `EG${at + 1}`)

  it('is listed whole, newest first, each once', async () => {
    const { stdout } = await world.run(['audit', 'list', '--action', 'centres.edited', '--json'])
    const subjects = JSON.parse(stdout).events.map(({ subject }: { subject: string }) => subject)
    expect(subjects).toEqual(all.toReversed())
  })

  it('is verified whole: a row far behind that was changed is named', async () => {
    expect((await world.run(['audit', 'verify', '--json'])).json()).toMatchObject({ ok: true, events: many })
    const [last] = await world.rows<{ id: number }>('select max(id) as id from audit')
    await world.tamper(`update audit set facts = '{"forged":1}' where id = ${last?.id}`)
    const verified = await world.run(['audit', 'verify'])
    expect([verified.exit, verified.stdout + verified.stderr]).toEqual([
      7,
      expect.stringContaining(`row ${last?.id} is not as it was written`),
    ])
  })

  it('is written whole to a pipe, and exported whole', async () => {
    const { stdout } = await world.run(['audit', 'list', '--action', 'centres.edited'])
    expect(stdout.trimEnd().split('\n')).toHaveLength(many)
    await world.run(['audit', 'export', 'log.jsonl', '--action', 'centres.edited', '--yes'])
    const lines = readFileSync(world.path('log.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).subject)).toEqual(all)
  })
})
