import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'huda@school.example' })
  await world.user('amira@school.example', { centre: 'EG001' })
})
afterEach(() => world.close())

describe('editing a centre without an option', () => {
  it('asks for each thing, showing what it is now', async () => {
    const desk = inProcess(world, ['centres', 'edit', 'EG001'])
    await desk.sees('Name: (Nile Academy)')
    desk.types('Nile School\r')
    for (const question of ['Address:', 'Town:', 'Postcode:']) {
      await desk.sees(question)
      desk.presses('enter')
    }
    await desk.sees('Country:')
    desk.types('Egipt\r')
    await desk.sees('There is no country Egipt')
    desk.types('\x7f'.repeat(5))
    desk.types('Egypt\r')
    await desk.sees('Kind (school, associate, associate-centre): (school)')
    desk.presses('enter')
    await desk.sees('Marks:')
    desk.presses('space', 'enter')
    expect(await desk.leaves()).toMatchObject({ exit: 0 })
    const [centre] = await world.rows("select name, british_council from centres where number = 'EG001'")
    expect(centre).toEqual({ name: 'Nile School', british_council: 1 })
  })

  it('names the flags where nobody can be asked', async () => {
    const ran = await world.run(['centres', 'edit', 'EG001', '--json'])
    expect([ran.exit, ran.error().code]).toEqual([2, 'answer-needed'])
    expect(ran.error().message).toContain('--name')
  })
})

describe('an import', () => {
  const csv = (...rows: string[]) =>
    writeFileSync(
      world.path('roster.csv'),
      ['Centre number,Centre name,Country,Email', ...rows, ''].join('\n'),
    )

  it('names in its last question what goes, and says when it is taken back that names come back', async () => {
    await world.centre('EG002', { name: 'Giza School' })
    csv('EG001,Nile School,Egypt,huda@school.example')
    const desk = inProcess(world, ['centres', 'import', 'roster.csv', '--delete-missing', '--delete-extra'])
    await desk.sees('Rename 1 centre, delete 1 centre (EG002), delete 1 user (amira@school.example)?')
    desk.types('y\r')
    expect(await desk.leaves()).toMatchObject({ exit: 0 })
    const back = inProcess(world, ['centres', 'imports', 'undo', '1'])
    await back.sees('(roster.csv)? 1 centre gets the old name back,')
    await back.sees('1 centre and 1 user come')
    back.presses('enter')
    expect(await back.leaves()).toMatchObject({ exit: 130 })
  })
})

describe('setting up an account', () => {
  it('tells the rule for passwords first, and of a link that opens nothing before one is thought of', async () => {
    const desk = inProcess(world, ['account', 'set-up'])
    await desk.sees('A password has 15 to 128 characters')
    await desk.sees('Link:')
    desk.types('https://support.cambridgeinternational.example/set-up/1.none\r')
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(3)
    expect(text).toContain('This link opens no account')
    expect(text).not.toContain('New password')
  })
})

describe('a letter that fails its check', () => {
  it('keeps what was typed, until it is used', async () => {
    writeFileSync(world.path('typed.txt'), 'nothing of a letter')
    const env = {
      PATH: process.env.PATH,
      XDG_DATA_HOME: world.path('data'),
      EDITOR: `cp ${world.path('typed.txt')}`,
    }
    const desk = inProcess(world, ['templates', 'edit', 'invitation'], { env })
    await desk.sees('Edit it again?')
    desk.types('n\r')
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(130)
    const [, file = ''] = /templates edit invitation --from (\S+)/.exec(text.replaceAll('\n', ' ')) ?? []
    expect(readFileSync(file, 'utf8')).toBe('nothing of a letter')
    const shown = (await world.run(['templates', 'show', 'invitation'])).stdout
    writeFileSync(file, shown.replaceAll('Dear', 'Hello'))
    expect((await world.run(['templates', 'edit', 'invitation', '--from', file], { env })).exit).toBe(0)
    expect(existsSync(file)).toBe(false)
  })
})

describe('the coordinator of an Associate', () => {
  it('is told of with the next step', async () => {
    await world.centre('CA001', { name: 'Cairo Associates', kind: 'associate' })
    const desk = inProcess(world, ['coordinator', 'add', 'CA001', 'Rana Said <rana@ca.example>', '--yes'])
    expect(await desk.leaves()).toMatchObject({
      exit: 0,
      text: expect.stringContaining('ssh-admin associates assign rana@ca.example CENTRE…'),
    })
  })
})

describe('an empty list', () => {
  it('says to a teacher why it is empty', async () => {
    for (const group of ['users', 'centres']) {
      const { exit, stderr } = await world.run([group, 'list', '--as', 'amira@school.example'])
      expect([exit, stderr]).toEqual([
        0,
        expect.stringContaining('amira@school.example has no rights over other accounts, and sees neither'),
      ])
    }
  })

  it('says to others what they see', async () => {
    const { stderr } = await world.run(['users', 'list', 'zzz', '--as', 'huda@school.example'])
    expect(stderr).toBe('Nobody fits. huda@school.example sees what is of EG001, and nothing else.\n')
    expect((await world.run(['users', 'list', 'zzz'])).stderr).toBe('Nobody fits.\n')
  })
})
