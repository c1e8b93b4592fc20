import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inbox } from '../mail/inbox.ts'
import { inProcess } from '../terminal.ts'
import { itInAFile } from '../in-a-file.ts'
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
    await desk.sees("There is no country 'Egipt'")
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

  it('leads whoever has a temporary password to where it is asked for', async () => {
    const desk = inProcess(world, ['account', 'set-up'])
    await desk.sees('Link:')
    desk.types('7C8S-fpDS-78PZ-rYWF\r')
    expect((await desk.leaves()).text).toContain('ssh-admin account set-up EMAIL')
  })

  it('says at once that a password is made of what everybody knows of its owner', async () => {
    await world.run(['users', 'reset-password', 'amira@school.example', '--yes'])
    const link = /^https:\S+$/m.exec((await inbox(world)).at(-1)?.text ?? '')?.[0] ?? ''
    const desk = inProcess(world, ['account', 'set-up'])
    await desk.sees('Link:')
    desk.types(`${link}\r`)
    await desk.sees('New password:')
    desk.types('amira nile academy school\r')
    await desk.sees('This password is made of your name, your address or your centre.')
    await desk.sees('New password:')
    desk.types('nine camels cross the river\r')
    await desk.sees('Once more:')
    desk.types('nine camels cross the river\r')
    expect(await desk.leaves()).toMatchObject({ exit: 0 })
  })

  it.each([
    ['sign-in', 'wrong'],
    ['verify', '123456'],
    ['set-up', 'wrong\nnine camels cross the river'],
  ])('says after a wrong %s what is typed for another message, for whatever address', async (verb, typed) => {
    for (const email of ['amira@school.example', 'nobody@school.example']) {
      const { exit, stderr } = await world.run(['account', verb, email], { stdin: `${typed}\n` })
      expect([exit, stderr]).toEqual([3, expect.stringContaining(`ssh-admin account request ${email}`)])
    }
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
    const [, file = ''] = /--from (\S+)/.exec(text.replaceAll('\n', ' ')) ?? []
    expect(readFileSync(file, 'utf8')).toBe('nothing of a letter')
    const shown = (await world.run(['templates', 'show', 'invitation'])).stdout
    writeFileSync(file, shown.replaceAll('Dear', 'Hello'))
    expect((await world.run(['templates', 'edit', 'invitation', '--from', file], { env })).exit).toBe(0)
    expect(existsSync(file)).toBe(false)
  })
})

describe('what was kept of a letter that fails its check', () => {
  const broken = 'nothing of a letter'
  const env = () => ({
    PATH: process.env.PATH,
    XDG_DATA_HOME: world.path('data'),
    EDITOR: `sh ${world.path('editor.sh')}`,
  })
  const edit = (...more: string[]) => ['templates', 'edit', 'invitation', '--from', 'draft.txt', ...more]
  beforeEach(async () => {
    const { stdout } = await world.run(['templates', 'show', 'invitation'])
    writeFileSync(world.path('good.txt'), stdout.replaceAll('Dear', 'Hello'))
    writeFileSync(world.path('draft.txt'), broken)
    writeFileSync(world.path('editor.sh'), `grep -q nothing "$1" && cp ${world.path('good.txt')} "$1"\n`)
  })

  it('is gone on with in the editor', async () => {
    const desk = inProcess(world, edit(), { env: env() })
    await desk.sees('Edit it again?')
    desk.types('y\r')
    expect(await desk.leaves()).toMatchObject({ exit: 0 })
    expect((await world.run(['templates', 'show', 'invitation'])).stdout).toContain('Hello')
  })

  it('is not kept twice by a No', async () => {
    const desk = inProcess(world, edit(), { env: env() })
    await desk.sees('Edit it again?')
    desk.types('n\r')
    const { exit, text } = await desk.leaves()
    expect([exit, text.includes('is kept')]).toEqual([130, false])
  })

  it.each([['--yes'], ['--dry-run']])(
    'is refused with its lines where nobody is to be asked: %s',
    async (flag) => {
      const { exit, text } = await inProcess(world, edit(flag), { env: env() }).leaves()
      expect(exit).toBe(6)
      expect(text).toContain('ssh-admin templates show invitation')
    },
  )
})

describe('what a new user is asked', () => {
  it('for a centre that is to be made: its number too', async () => {
    const desk = inProcess(world, ['centres', 'create'])
    await desk.sees('What is its centre number')
    desk.types('TBC\r')
    await desk.sees("'TBC' is not a centre number")
    desk.types('\x7f'.repeat(3))
    desk.types('eg007\r')
    await desk.sees('What is the name of EG007?')
    desk.types('Delta School\r')
    await desk.sees('In which country is EG007?')
    desk.types('Egipt\r')
    await desk.sees("There is no country 'Egipt'. Did you mean Egypt?")
    desk.types('\x7f'.repeat(5))
    desk.types('Egypt\r')
    const { exit, text } = await desk.leaves()
    expect(exit).toBe(0)
    expect(text).toMatch(/ssh-admin coordinator add EG007 'Name <email>'\s*$/)
    expect((await world.run(['centres', 'create'])).exit).toBe(2)
  })

  it('for people: what is wrong with an answer is said in its own words', async () => {
    const desk = inProcess(world, ['users', 'add'])
    await desk.sees('Centre (number or name):')
    desk.presses('enter')
    await desk.sees('A number such as EG001, or a part of the name')
    desk.types('EG001\r')
    for (const again of [false, true]) {
      await desk.sees('First name:')
      desk.types('Omar\r')
      await desk.sees('Last name:')
      desk.types('Said\r')
      await desk.sees('E-mail:')
      if (again) {
        desk.types('OMAR@nile.example\r')
        await desk.sees('You gave it to Omar Said already')
        break
      }
      desk.types('omar\r')
      await desk.sees('This is not an address: name@school.example')
      desk.types('@nile.example\r')
      await desk.sees('Rights and sites')
      desk.presses('enter')
      await desk.sees('Add another?')
      desk.types('y\r')
    }
    desk.presses('ctrl-c')
    expect(await desk.leaves()).toMatchObject({ exit: 130 })
  })

  itInAFile('before anything is there: how to begin', async () => {
    const fresh = newWorld()
    expect((await fresh.run(['store', 'init'])).exit).toBe(0)
    expect((await fresh.run(['users', 'list'])).stderr).toContain('ssh-admin users add')
    expect((await fresh.run(['centres', 'list'])).stderr).toContain('ssh-admin centres create')
    expect((await fresh.run(['users', 'list', '--status', 'active'])).stderr).toContain('no users yet')
    await fresh.close()
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

describe('what was chosen from a list', () => {
  it('stands beneath the question where it has no room behind it, whole words on each line', async () => {
    await world.user('wilhelmina@school.example', {
      centre: 'EG001',
      firstName: 'Wilhelmina Charlotte',
      lastName: 'van der Merwe',
      hubRole: 'admin',
    })
    const desk = inProcess(world, ['coordinator', 'change', 'EG001'], { columns: 60 })
    await desk.sees('Wilhelmina Charlotte')
    desk.presses('enter')
    await desk.sees(/\(y\/N\)/)
    desk.types('y\r')
    const { text } = await desk.leaves()
    expect(text).toContain('\n  Wilhelmina Charlotte van der Merwe\n')
    expect(text).toContain('<wilhelmina@school.example>')
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
    expect((await world.run(['centres', 'list', 'zzz'])).stderr).toBe('No centre fits.\n')
  })

  it('says of an empty store that it is empty, whatever was looked for, and how to begin', async () => {
    const empty = newWorld()
    await empty.run(['store', 'init'])
    for (const line of ['users list omar', 'centres list --country EG', 'find omar'])
      expect((await empty.run(line.split(' '))).stderr).toBe(
        'The store has no centres and no users yet. To begin: ssh-admin centres import FILE\n',
      )
    await empty.close()
  })

  it('tells one that is empty from one in which nothing fits', async () => {
    expect((await world.run(['mail', 'list'])).stderr).toBe('No messages.\n')
    expect((await world.run(['mail', 'list', '--state', 'failed'])).stderr).toBe('No message fits.\n')
    expect((await world.run(['mail', 'list', 'zzz'])).stderr).toBe('No message fits.\n')
  })
})
