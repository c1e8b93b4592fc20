import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countEvents, type EventFilter, lastEvents, streamEvents } from '../../src/db/audit/events.ts'
import { appendAudit } from '../../src/rules/audit/append.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const recording = (happening: Omit<Parameters<typeof appendAudit>[1], 'actor' | 'at'>) =>
  world.commit((ctx) => (trx) => appendAudit(trx, { ...ctx, ...happening }))

describe('the last events of a subject', () => {
  it('are newest first, and only theirs', async () => {
    await world.centre('EG001')
    const userId = await world.user('amira@school.example', { centre: 'EG001' })
    await recording({ action: 'users.suspended', subject: 'amira@school.example', userId })
    await recording({ action: 'centres.edited', subject: 'EG001' })
    await recording({ action: 'users.restored', subject: 'amira@school.example', userId })

    const { db } = await world.store()
    expect(await lastEvents(db, { visible: 'all', subject: 'amira@school.example', userId })).toMatchObject([
      { action: 'users.restored' },
      { action: 'users.suspended', subject: 'amira@school.example', operator: 'tester@desk', actor: null },
    ])
    expect(await lastEvents(db, { visible: 'all', subject: 'EG001' })).toMatchObject([
      { action: 'centres.edited' },
    ])
  })

  it('include the import that made them', async () => {
    const { db } = await world.store()
    await world.centre('EG001')
    const userId = await world.user('amira@school.example', { centre: 'EG001' })
    const { id } = await db
      .insertInto('imports')
      .values({
        file: 'centres.xlsx',
        sheet: 'Centres',
        digest: '',
        state: 'applied',
        at: world.now.toISOString(),
        operator: 'tester@desk',
        actor: null,
        counts: '{}',
        undone_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await db.updateTable('users').set({ created_by_import: id }).where('id', '=', userId).execute()
    await recording({ action: 'centres.imported', facts: { import: id } })

    expect(await lastEvents(db, { visible: 'all', subject: 'amira@school.example', userId })).toMatchObject([
      { action: 'centres.imported', details: { import: id } },
    ])
  })
})

describe('listing events', () => {
  it('filters by kind, subject, actor, action and time', async () => {
    await world.centre('EG001')
    await recording({ action: 'users.suspended', subject: 'amira@school.example' })
    await recording({ action: 'coordinator.add', subject: 'EG001', kind: 'refusal' })
    world.setClock('2026-03-03T09:00:00.000Z')
    await recording({ action: 'coordinator.added', subject: 'EG001' })

    const { db } = await world.store()
    const actions = async (filter: EventFilter) => {
      const found: string[] = []
      for await (const { action } of streamEvents(db, { ...filter, order: 'desc' })) found.push(action)
      return found
    }
    expect(await actions({ kind: 'refusal' })).toEqual(['coordinator.add'])
    expect(await actions({ subject: 'eg001' })).toEqual(['coordinator.added', 'coordinator.add'])
    expect(await actions({ action: 'coordinator' })).toEqual(['coordinator.added', 'coordinator.add'])
    expect(await actions({ action: 'users.suspended' })).toEqual(['users.suspended'])
    expect(await actions({ since: '2026-03-03' })).toEqual(['coordinator.added'])
    expect(await actions({ until: '2026-03-03', actor: 'staff' })).toHaveLength(2)
    expect(await actions({ actor: 'amira@school.example' })).toEqual([])
    expect(await actions({ limit: 1 })).toEqual(['coordinator.added'])
    expect(await countEvents(db, { limit: 1 })).toBe(3)
  })
})
