import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stylesOf } from '../../src/render/styles.ts'
import { deletionQuestion } from '../../src/commands/centres/delete.ts'
import { renderCentre, renderChangedCentres } from '../../src/render/centres.ts'
import { deleteCentre } from '../../src/rules/centres/delete.ts'
import { centreDetails } from '../../src/rules/centres/details.ts'
import { forEachTarget } from '../../src/rules/batch.ts'
import type { View } from '../../src/render/table.ts'
import { newWorld, type World } from '../world.ts'

let world: World
let screen: View
beforeEach(async () => {
  world = newWorld()
  screen = { isTerminal: true, width: 120, chalk: stylesOf(0), now: world.now }
  await world.centre('CA001', { name: 'Delta', kind: 'associate' })
  await world.centre('CA101', { name: 'Nile\u001b[31m\tSchool', associate: 'CA001', status: 'approved' })
  await world.centre('EG001', { name: 'El Nour School', coordinator: 'amira@school.example' })
  await world.user('omar@school.example', {
    centre: 'EG001',
    firstName: 'Omar',
    lastName: 'Said',
    status: 'invited',
  })
})
afterEach(() => world.close())

const deleting = (...numbers: string[]) =>
  world.rehearse(
    (ctx) => (trx) => forEachTarget(trx, numbers, (centre) => deleteCentre(trx, { centre, ctx }), undefined),
  )

describe('the question before centres are deleted', () => {
  it('names the centre, who is kept out, and until when', async () => {
    expect(deletionQuestion(await deleting('EG001'))).toBe(
      'Delete EG001 El Nour School? Its 2 users cannot sign in until it is restored; nothing is lost.',
    )
  })

  it('names all of them, and what stays', async () => {
    expect(deletionQuestion(await deleting('EG001', 'CA001'))).toBe(
      [
        'Delete these 2 centres? Their 2 users cannot sign in until they are restored; nothing is lost. The associate centre they look after stays as it is.',
        '  EG001 El Nour School',
        '  CA001 Delta',
        ' ',
      ].join('\n'),
    )
  })

  it('is not asked where there is nothing to do', async () => {
    await world.run(['centres', 'delete', 'EG001', '--yes'])
    expect(deletionQuestion(await deleting('EG001'))).toBeUndefined()
  })
})

describe('centres on a screen', () => {
  it('are a table, and nothing in it steers the terminal', async () => {
    await world.centre('EG002')
    const { stdout } = await world.run(['centres', 'list', '--limit', '3', '--no-color'], { terminal: true })
    expect(stdout).toMatchInlineSnapshot(`
      "Number  Name                   Country  Status    Users  Coordinator
      CA001   Delta                  Egypt    active    0
      CA101   Nile\\u001b[31m School  Egypt    approved  0
      EG001   El Nour School         Egypt    active    2      amira@school.example
      3 of 4 centres; a larger --limit shows more.
      "
    `)
  })

  it('are counted beneath it in lines that fit', async () => {
    const argv = ['centres', 'list', '--limit', '1']
    const { stdout } = await world.run(argv, { terminal: { columns: 30 }, env: { NO_COLOR: '1' } })
    expect(stdout).toContain('\n1 of 3 centres; a larger\n--limit shows more.\n')
  })

  it('are told of in a sentence each when they change', async () => {
    expect(renderChangedCentres(await deleting('EG001', 'CA001'), screen)).toMatchInlineSnapshot(`
      "✓ EG001 El Nour School is deleted; its 2 users cannot sign in until it is restored.
      ✓ CA001 Delta is deleted."
    `)
  })

  it('fill one screen when one is shown', async () => {
    await world.run(['coordinator', 'suspend', 'EG001', '--yes'])
    const { db } = await world.store()
    const looked = await centreDetails(db, { centre: 'EG001', ctx: world.ctx() })
    const [screenful, events] = renderCentre(looked, screen).split('\n\nLast events\n')
    expect(events).toContain('suspended Amira Haddad, the coordinator of EG001')
    expect(screenful).toMatchInlineSnapshot(`
      "EG001 El Nour School

        Status       active
        Kind         school
        Location     Cairo, Egypt
        Coordinator  Amira Haddad <amira@school.example>, suspended
        Users        2
        Created      just now

      ! Its coordinator Amira Haddad is suspended, so 1 other user has no access.
        ssh-admin coordinator restore EG001

      Name          E-mail                Roles        Status     PIN   Last signed in
      Amira Haddad  amira@school.example  coordinator  suspended  none  never
      Omar Said     omar@school.example   teacher      invited    none  never"
    `)
  })

  it('say whom an Associate looks after', async () => {
    const { db } = await world.store()
    const ctx = world.ctx()
    expect(renderCentre(await centreDetails(db, { centre: 'CA001', ctx }), screen)).toContain(
      'Looks after  1 associate centre',
    )
    expect(renderCentre(await centreDetails(db, { centre: 'CA101', ctx }), screen)).toContain(
      'Associate    CA001 Delta',
    )
  })
})
