import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventLine } from '../../src/render/audit.ts'
import { type AuditEntry, lastEvents, streamEvents } from '../../src/db/audit/events.ts'
import { messageStates } from '../../src/db/messages.ts'
import { outcomeOfMessage } from '../../src/rules/mail/outcome.ts'
import { holding } from '../holding.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const fixture = (name: string) => new URL(`../../fixtures/${name}`, import.meta.url).pathname

/** As what a newer program wrote is. */
function isToldByItsCode(action: string): boolean {
  const at = '2026-03-02T09:00:00.000Z'
  const event: AuditEntry = {
    id: 1,
    at,
    kind: 'change',
    action,
    subject: null,
    actor: null,
    operator: null,
    details: {},
    names: {},
  }
  return eventLine(event, { now: new Date(at) }).includes(`did ${action}`)
}

describe('what happened last', () => {
  it('tells of a suspended coordinator whom else it concerns, and how they were', async () => {
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user('amira@school.example', { centre: 'EG001' })
    const sentences = async () => {
      const { db } = await world.store()
      const events = await lastEvents(db, { visible: 'all', subject: 'EG001' })
      return events.map((event) => eventLine(event, { now: world.now }).replace(/^.*EG001 /, ''))
    }
    for (const verb of ['suspend', 'restore']) await world.run(['coordinator', verb, 'EG001', '--yes'])
    expect((await sentences()).map((line) => line.replace(/^.*\(/, '('))).toEqual([
      '(was suspended, is active; 1 other has back what they had)',
      '(was active; 1 other cannot sign in)',
    ])
    await world.user('omar@school.example', { centre: 'EG001' })
    for (const verb of ['suspend', 'restore']) await world.run(['coordinator', verb, 'EG001', '--yes'])
    const [restored, suspended] = await sentences()
    expect(restored).toContain('; 2 others have back what they had)')
    expect(suspended).toContain('; 2 others cannot sign in)')
  })

  it('tells an import in a line, without its digests', async () => {
    const imported = ['centres', 'import', fixture('centres-alone.xlsx'), '--yes', '--json']
    expect(await world.run(imported)).toMatchObject({ exit: 0 })
    const { db } = await world.store()
    const { number } = await db.selectFrom('centres').select('number').executeTakeFirstOrThrow()
    const [event] = await lastEvents(db, { visible: 'all', subject: number })
    expect(event && eventLine(event, { now: world.now })).toBe(
      '  just now        tester@desk imported centres-alone.xlsx (import 1: 3 centres created)',
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
    expect(events.map((event) => eventLine(event, { now: world.now })).join('\n')).toMatchInlineSnapshot(`
      "  just now        tester@desk took back the import of one-of-each.xlsx (import 1: users removed 3, centres removed 3, pins voided 3)
        just now        tester@desk imported one-of-each.xlsx (import 1: 3 centres and 3 users created, 3 rows held back)"
    `)
  })
})

describe('an event as a sentence', () => {
  it('names who did it and to whom, with what it meant', async () => {
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.user('omar@school.example', { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
    await holding(world, 'omar@school.example')
    await world.run(['users', 'suspend', 'omar@school.example', '--yes', '--as', 'huda@school.example'])
    await world.run(['users', 'restore', 'omar@school.example', '--as', 'omar@school.example'])
    await world.run(['users', 'restore', 'omar@school.example'])
    const listed = await world.run(['audit', 'list', '--limit', '3'], { terminal: { columns: 120 } })
    const lines = listed.stdout.split('\n').slice(1, 4)
    expect(lines.map((line) => line.replace(/^\d+ +/, ''))).toEqual([
      '2026-03-02 09:00  tester@desk restored Omar Said (was suspended, is active)',
      '2026-03-02 09:00  Omar Said was refused users restore: only somebody who can sign in may act',
      expect.stringMatching(
        /^2026-03-02 09:00 {2}Amira Haddad suspended Omar Said \(was active; holds \d learner groups?\)/,
      ),
    ])
  })

  it('names roles, those to whom messages went, and what a new centre is', async () => {
    await world.run(['centres', 'create', 'EG001', '--name', 'Nile Academy', '--country', 'EG'])
    const people = ['Omar Said <omar@school.example>', 'Nour Salem <nour@school.example>']
    await world.run(['users', 'add', ...people, '--centre', 'EG001'])
    await world.run(['roles', 'grant', 'omar@school.example', 'submit-teacher', 'access-to-scripts'])
    await world.run(['roles', 'revoke', 'omar@school.example', 'submit-teacher'])
    await world.run(['users', 'reset-password', 'nour@school.example', '--yes'])
    const listed = await world.run(['audit', 'list', '--fields', 'what'], { terminal: { columns: 120 } })
    expect(listed.stdout.split('\n').slice(1, 9)).toEqual([
      'tester@desk wrote a message to Nour Salem into a file (message 3, letter account-set-up)',
      'tester@desk reset the password of Nour Salem (status invited)',
      'tester@desk took submit-teacher from Omar Said (had teacher, access-to-scripts, submit-teacher)',
      'tester@desk granted access-to-scripts, submit-teacher to Omar Said (had teacher)',
      'tester@desk wrote 2 messages into files',
      'tester@desk added Nour Salem (centre EG001, hub role teacher)',
      'tester@desk added Omar Said (centre EG001, hub role teacher)',
      expect.stringMatching(/^tester@desk created centre EG001 \(name Nile Academy, kind school/),
    ])
  })

  it('says what a name and an address were, and what they became', async () => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
    await world.run(['users', 'edit', 'omar@school.example', '--last-name', 'Saleh', '--yes'])
    await world.run(['users', 'edit', 'omar@school.example', '--email', 'o.saleh@school.example', '--yes'])
    const listed = await world.run(['audit', 'list', '--fields', 'what', '--action', 'users.edited'], {
      terminal: { columns: 120 },
    })
    expect(listed.stdout.split('\n').slice(1, 3)).toEqual([
      'tester@desk edited Omar Saleh (email changed to o.saleh@school.example)',
      'tester@desk edited Omar Saleh (name Omar Said → Omar Saleh)',
    ])
  })

  it('is told of what its owner does with an account under the name of the owner', async () => {
    await world.centre('EG001')
    await world.user('omar@school.example', { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
    await world.run(['account', 'sign-in', 'omar@school.example'], { stdin: 'wrong password of his\n' })
    const { stdout } = await world.run(['users', 'show', 'omar@school.example'], { terminal: true })
    expect(stdout).toContain('just now        Omar Said entered a wrong password')
    const raw = await world.run(['audit', 'list', '--limit', '1', '--json'])
    expect(raw.json().events[0]).toMatchObject({ action: 'account.wrong-password', actor: null })
  })

  it('there is for every action that the source writes into the log', () => {
    const src = fileURLToPath(new URL('../../src', import.meta.url))
    const found = new Set<string>()
    for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue
      const text = readFileSync(join(src, file), 'utf8')
      // Of a condition both.
      for (const [line] of text.matchAll(/\baction: .*/g))
        for (const [, action] of line.matchAll(/'([a-z-]+\.[a-z.-]+)'/g)) found.add(action ?? '')
    }
    expect(found.size).toBeGreaterThan(60)
    expect([...found].filter(isToldByItsCode)).toEqual([])
    const states = messageStates.map((state) => `mail.${outcomeOfMessage(state)}`)
    expect(states.filter(isToldByItsCode)).toEqual([])
  })
})
