import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { heldStore } from '../../held-store.ts'
import { holding } from '../../holding.ts'
import { inProcess } from '../../terminal.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'
const sites = ['cambridge-primary']

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
  await world.user(amira, { centre: 'EG001', sites })
  await holding(world, amira)
})
afterEach(() => world.close())

describe('transferring without saying to whom', () => {
  it('offers the colleagues who can take over, at a terminal', async () => {
    await world.user('omar@school.example', { centre: 'EG001', firstName: 'Omar', sites })
    await world.user('siteless@school.example', { centre: 'EG001', firstName: 'Sami' })
    const desk = inProcess(world, ['users', 'transfer', amira])
    await desk.sees('Who takes over?')
    await desk.sees('omar@school.example')
    desk.presses('enter')
    await desk.sees('Transfer 1 learner group')
    desk.types('y\r')
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(0)
    expect(text).not.toContain('siteless@')
    expect((await world.account('omar@school.example'))?.progressionTests.learnerGroups).toBe(1)
  })

  it('says what a colleague needs where nobody can', async () => {
    const desk = inProcess(world, ['users', 'transfer', amira])
    expect(await desk.leaves()).toMatchObject({
      exit: 3,
      text: expect.stringContaining('--centre EG001 --site'),
    })
  })

  it('gives nobody at another centre a site first: it is refused at once', async () => {
    await world.centre('EG002')
    await world.user('nur@other.example', { centre: 'EG002' })
    const desk = inProcess(world, ['users', 'transfer', amira, '--to', 'nur@other.example'])
    const { exit, text } = await desk.leaves()
    expect([exit, text.includes('has no access to')]).toEqual([3, false])
  })

  it.each([[[]], [['--yes']], [['--dry-run']]])('is a mistake where nobody is asked: %j', async (more) => {
    const ran = await world.run(['users', 'transfer', amira, '--json', ...more])
    const hint = ['ssh-admin users transfer', amira, '--json', ...more, '--to EMAIL'].join(' ')
    expect({ exit: ran.exit, ...ran.error() }).toMatchObject({ exit: 2, code: 'answer-needed', hint })
  })

  it('is refused where they hold something by the time that nothing was to be moved', async () => {
    await world.user('mona@school.example', { centre: 'EG001', firstName: 'Mona', sites })
    const mona = await world.account('mona@school.example')
    const release = await heldStore(world, (trx) =>
      trx
        .insertInto('learner_groups')
        .values({ owner_id: mona?.id ?? 0, site: 'cambridge-primary', name: '4B', stage: '4' })
        .execute(),
    )
    const desk = inProcess(world, ['users', 'transfer', 'mona@school.example'])
    await desk.sees('to finish with the store')
    await release()
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(3)
    expect(text).toContain('Mona Haddad holds Progression Test data now.')
    expect(text).not.toContain('Nothing')
  })
})

describe('transferring to somebody without access to the site', () => {
  const sami = 'sami@school.example'
  beforeEach(() => world.user(sami, { centre: 'EG001', firstName: 'Sami' }))

  it.each([[['--to', sami]], [[]]])('gives it with one Yes more, or leaves all as it is: %j', async (to) => {
    for (const answer of ['n', 'y']) {
      const desk = inProcess(world, ['users', 'transfer', amira, ...to])
      if (to.length === 0) {
        await desk.sees('Who takes over?')
        await desk.sees(sami)
        desk.presses('enter')
      }
      await desk.sees('has no access to cambridge-primary')
      desk.types(`${answer}\r`)
      if (answer === 'y') {
        await desk.sees('gets access to cambridge-primary first')
        desk.types('y\r')
      }
      const { exit, text } = await desk.leaves()
      const after = await world.account(sami)
      expect([
        exit,
        after?.progressionTests.learnerGroups,
        after?.sites.includes('cambridge-primary'),
      ]).toEqual(answer === 'y' ? [0, 1, true] : [130, 0, false])
      if (answer === 'y') expect(text).toContain('has access to cambridge-primary now')
    }
    const { events } = (await world.run(['audit', 'list', '--subject', sami, '--json'])).json()
    expect(events.map(({ action }: { action: string }) => action)).toContain('users.edited')
  })

  it.each([[['--yes']], [['--dry-run']], [[]]])('is refused where nobody is asked: %j', async (more) => {
    const ran = await world.run(['users', 'transfer', amira, '--to', sami, '--json', ...more])
    expect({ exit: ran.exit, ...ran.error() }).toMatchObject({ exit: 3, code: 'no-site-access' })
    expect((await world.account(sami))?.sites).not.toContain('cambridge-primary')
  })
})
