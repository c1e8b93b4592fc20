import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventLine } from '../../src/render/audit.ts'
import { type AuditEntry, lastEvents, streamEvents } from '../../src/db/audit/events.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const fixture = (name: string) => new URL(`../../fixtures/${name}`, import.meta.url).pathname

describe('what happened last', () => {
  it('tells an import in a line, without its digests', async () => {
    const imported = ['centres', 'import', fixture('centres-alone.xlsx'), '--yes', '--json']
    expect(await world.run(imported)).toMatchObject({ exit: 0 })
    const { db } = await world.store()
    const { number } = await db.selectFrom('centres').select('number').executeTakeFirstOrThrow()
    const [event] = await lastEvents(db, { visible: 'all', subject: number })
    expect(event && eventLine(event)).toBe(
      '  2026-03-02 09:00 UTC  centres.imported  by Cambridge staff (tester@desk): import 1 (centres-alone.xlsx): 3 centres created',
    )
  })

  it('tells what an import held back, and what became of it when it was taken back', async () => {
    expect(await world.run(['centres', 'import', fixture('one-of-each.xlsx'), '--yes'])).toMatchObject({
      exit: 8,
    })
    expect(await world.run(['centres', 'imports', 'undo', '1', '--yes'])).toMatchObject({ exit: 0 })
    const { db } = await world.store()
    const events: AuditEntry[] = []
    for await (const event of streamEvents(db, { action: 'centres', order: 'desc' })) events.push(event)
    expect(events.map(eventLine).join('\n')).toMatchInlineSnapshot(`
      "  2026-03-02 09:00 UTC  centres.import-undone  by Cambridge staff (tester@desk): import 1 (one-of-each.xlsx): users removed 3, centres removed 3, pins voided 3
        2026-03-02 09:00 UTC  centres.imported  by Cambridge staff (tester@desk): import 1 (one-of-each.xlsx): 3 centres and 3 users created, 3 rows held back"
    `)
  })
})
