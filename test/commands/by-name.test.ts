import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'
import { commands } from './commands-that-ask.ts'

const omar = 'o.said@nile.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'head@nile.example' })
  await world.centre('EG002', { name: 'Kabataş Lisesi' })
  await world.centre('CAIRO', { name: 'Heliopolis House' })
  await world.centre('EG003', { name: 'Cairo Academy' })
  await world.user(omar, { centre: 'EG001', firstName: 'Omar', lastName: 'Saïd' })
  await world.user('l@nile.example', { centre: 'EG001', firstName: 'Layla', lastName: 'Omari' })
  await world.user('jo@kabatas.example', { centre: 'EG002', firstName: 'Joanne', lastName: 'Ateş' })
  await world.user('ann@kabatas.example', { centre: 'EG002', firstName: 'Ann', lastName: 'Ateş' })
  await world.user('nameless@kabatas.example', { centre: 'EG002', firstName: '', lastName: '' })
})
afterEach(() => world.close())

const emailOf = async (...name: string[]) => {
  const ran = await world.run(['users', 'show', ...name, '--json'])
  return ran.exit === 0 ? ran.json().email : ran.error().code
}
const statusOf = async (email: string) => (await world.account(email))?.status

describe('looking for somebody by name', () => {
  it.each([
    ['Omar Saïd', omar],
    ['SAID omar', omar],
    ['omar', omar],
    ['omari', 'l@nile.example'],
    ['ann', 'ann@kabatas.example'],
    ['oann', 'jo@kabatas.example'],
    ['nameless', 'nameless@kabatas.example'],
  ])('takes the one that fits best, accents, case and order aside: %s', async (name, email) => {
    expect(await emailOf(name)).toBe(email)
  })

  it.each([
    ['users reset-password omar said', "users reset-password 'omar said'"],
    ['users suspend Omar Saïd Layla Omari', "users suspend 'Omar Saïd' 'Layla Omari'"],
    [
      'users delete jo@kabatas.example Ann Ateş --suspend',
      "users delete jo@kabatas.example 'Ann Ateş' --suspend",
    ],
    ['roles grant Omar Saïd exams-officer', "roles grant 'Omar Saïd' exams-officer"],
    ['centres delete Nile Academy Cairo Academy', "centres delete 'Nile Academy' 'Cairo Academy'"],
    ['users list --centre Nile Academy', "users list --centre 'Nile Academy'"],
  ])('takes the words of one name for nobody else: %s', async (typed, meant) => {
    const ran = await world.run([...typed.split(' '), '--json'])
    expect(ran.exit).toBe(4)
    expect(ran.error()).toMatchObject({
      code: expect.stringMatching(/^ambiguous-/),
      hint: `Did you mean this?\n  ssh-admin ${meant} --json`,
    })
  })

  it('takes two names for two people', async () => {
    const ran = await world.run(['users', 'suspend', 'omar', 'layla', '--dry-run', '--json'])
    expect(ran.error().details.candidates).toHaveLength(2)
  })

  it('lists several, and takes none of them', async () => {
    const ran = await world.run(['users', 'show', 'ates', '--json'])
    expect(ran.exit).toBe(4)
    expect(ran.error()).toMatchObject({
      code: 'ambiguous-user',
      details: {
        total: 2,
        candidates: [
          { email: 'ann@kabatas.example', name: 'Ann Ateş', centre: 'EG002', status: 'active' },
          { email: 'jo@kabatas.example' },
        ],
      },
    })
    const { stderr } = await world.run(['users', 'show', 'ates'])
    expect(stderr).toContain(
      'Say which:\n  ssh-admin users show ann@kabatas.example\n  ssh-admin users show jo@kabatas.example\n',
    )
    expect(stderr).toContain('  Joanne Ateş <jo@kabatas.example>, EG002 Kabataş Lisesi\n')
  })

  it('offers several at a terminal', async () => {
    const typist = inProcess(world, ['users', 'show', 'ates'])
    await typist.sees("Which 'ates'?")
    await typist.sees('Joanne Ateş <jo@kabatas.example>')
    typist.presses('down', 'enter')
    expect(await typist.leaves()).toMatchObject({ exit: 0, text: expect.stringContaining('Joanne Ateş') })
  })

  it('offers at most a hundred at a terminal, and counts more than that as they are', async () => {
    for (let number = 1; number <= 100; number += 1)
      await world.user(`zaid${number}@nile.example`, { centre: 'EG001', firstName: 'Zaid', lastName: 'Nur' })
    const offered = inProcess(world, ['users', 'show', 'zaid nur'])
    await offered.sees("Which 'zaid nur'?")
    offered.presses('ctrl-c')
    expect(await offered.leaves()).toMatchObject({ exit: 130 })
    await world.user('zaid0@nile.example', { centre: 'EG001', firstName: 'Zaid', lastName: 'Nur' })
    const { exit, text } = await inProcess(world, ['users', 'show', 'zaid nur']).leaves()
    expect(exit).toBe(4)
    expect(text).toContain("101 people are called 'zaid nur'.")
    expect(text).toContain('… and 91 more')
  })

  it('takes nobody who did not stand there when a letter and Enter come in one piece', async () => {
    const typist = inProcess(world, ['users', 'show', 'ates'])
    await typist.sees('Joanne Ateş <jo@kabatas.example>')
    typist.types('j\r')
    // All of them are offered once more.
    await typist.sees("✓ Which 'ates'?")
    await typist.sees('❯ Ann Ateş')
    typist.presses('enter')
    const { text } = await typist.leaves()
    expect(text).toMatch(/✓ Which 'ates'\? Ann .*\n+Ann Ateş {2}ann@kabatas\.example/)
  })

  it('says who is called nearly so where nobody is', async () => {
    const ran = await world.run(['users', 'show', 'lalya omari', '--json'])
    expect(ran).toMatchObject({ exit: 4 })
    expect(ran.error()).toMatchObject({
      code: 'user-not-found',
      details: { candidates: [{ email: 'l@nile.example' }] },
    })
  })

  it('finds a deleted account where nobody else is called so', async () => {
    await world.run(['users', 'delete', omar, '--suspend', '--yes'])
    expect(await emailOf('omar saïd')).toBe(omar)
    expect(await emailOf('omar')).toBe('l@nile.example')
  })

  it('finds a deleted centre where no other is called so, however well its name fits', async () => {
    const numberOf = async (name: string) => {
      const ran = await world.run(['centres', 'show', name, '--json'])
      return ran.json().centre?.number ?? ran.json().number
    }
    await world.run(['centres', 'delete', 'CAIRO', '--yes'])
    expect(await numberOf('heliopolis house')).toBe('CAIRO')
    await world.centre('EG004', { name: 'New Heliopolis House' })
    expect(await numberOf('heliopolis house')).toBe('EG004')
  })

  it('is not enough for a deleted account whose address somebody else has now', async () => {
    await world.run(['users', 'delete', omar, '--suspend', '--yes'])
    await world.run(['users', 'add', `Zed Stranger <${omar}>`, '--centre', 'EG002', '--yes'])
    for (const argv of [['show'], ['restore'], ['erase'], ['delete']]) {
      const ran = await world.run(['users', ...argv, 'omar saïd', '--json'])
      expect({ argv, exit: ran.exit }).toEqual({ argv, exit: 4 })
    }
    expect((await world.run(['users', 'show', 'omar saïd', '--json'])).error()).toMatchObject({
      code: 'ambiguous-user',
      message: expect.stringContaining('2 accounts'),
    })
  })

  it('means nobody else where an address changes hands while the names are offered', async () => {
    await world.user('o.two@nile.example', { centre: 'EG001', firstName: 'Omar', lastName: 'Saïd' })
    const typist = inProcess(world, ['users', 'suspend', 'omar saïd'])
    await typist.sees("Which 'omar saïd'?")
    await world.run(['users', 'edit', omar, '--email', 'o.three@nile.example', '--yes'])
    await world.user(omar, { centre: 'EG002', firstName: 'Zed', lastName: 'Stranger' })
    typist.presses('enter')
    expect(await typist.leaves()).toMatchObject({
      exit: 3,
      text: expect.stringContaining('changed meanwhile'),
    })
    expect(await statusOf(omar)).toBe('active')
  })

  it('fits with each of its words a word of its own', async () => {
    await world.user('ali@nile.example', { centre: 'EG001', firstName: 'Ali', lastName: 'Karim' })
    expect(await emailOf('ali k')).toBe('ali@nile.example')
    expect(await emailOf('ali l')).toBe('user-not-found')
    await world.user('r@nile.example', { centre: 'EG001', firstName: 'Hoda', lastName: 'al-Rashid' })
    for (const name of ['al-rashid', 'rashid al', 'Rashid, Hoda'])
      expect(await emailOf(name)).toBe('r@nile.example')
  })

  it('is put into the line to be pasted once, and not where the same word is a value', async () => {
    const ran = await world.run(['centres', 'edit', 'kabatas', '--name', 'kabatas', '--yes', '--json'])
    expect(ran.error().hint).toBe('ssh-admin centres edit EG002 --name kabatas --yes --json')
  })

  it('takes text with an @ for an address, mistyped or not', async () => {
    expect(await emailOf('omar@')).toBe('invalid-email')
    expect(await emailOf('omar@nowhere.example')).toBe('user-not-found')
  })

  it('looks only among those whom the actor may see; beyond them it reads as if nobody were there', async () => {
    const asHead = ['--as', 'head@nile.example', '--json']
    expect((await world.run(['users', 'show', 'omar', ...asHead])).json().email).toBe(omar)
    const hidden = await world.run(['users', 'show', 'joanne', ...asHead])
    const nobody = await world.run(['users', 'show', 'zzyzx', ...asHead])
    expect([hidden.exit, nobody.exit]).toEqual([5, 5])
    expect(hidden.stderr.replaceAll('joanne', 'zzyzx')).toBe(nobody.stderr)
    const { events } = (await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()
    // A name could not be erased from there.
    expect(events).toMatchObject([{ subject: null }, { subject: null }])
  })
})

describe('looking for a centre by name', () => {
  const numberOf = async (text: string) => {
    const ran = await world.run(['centres', 'show', text, '--json'])
    return ran.exit === 0 ? ran.json().number : ran.error().code
  }

  it.each([
    ['kabatas', 'EG002'],
    ['academy nile', 'EG001'],
    ['cairo', 'CAIRO'],
    ['cairo academy', 'EG003'],
    ['academy', 'ambiguous-centre'],
    ['EG004', 'centre-not-found'],
    ['atlantis', 'centre-not-found'],
    ['no such school', 'centre-not-found'],
  ])('takes a number first, then a part of the name: %s', async (text, number) => {
    expect(await numberOf(text)).toBe(number)
  })

  it('narrows a list down too', async () => {
    const ran = await world.run(['users', 'list', '--centre', 'nile', '--format', 'ids'])
    expect(ran.stdout).toBe('head@nile.example\nl@nile.example\no.said@nile.example\n')
  })
})

describe('changing somebody named by name', () => {
  it.each([[[]], [['--yes']], [['--no-input']], [['--dry-run', '--yes']]])(
    'is refused where nobody is asked, with the line to paste: %j',
    async (more) => {
      const argv = ['users', 'move', 'omar', '--to', 'kabatas', ...more]
      const ran = await world.run([...argv, '--json'])
      expect(ran.exit).toBe(4)
      expect(ran.error()).toMatchObject({
        code: 'ambiguous-user',
        hint: ['ssh-admin users move o.said@nile.example --to EG002', ...more, '--json'].join(' '),
      })
      expect((await world.account(omar))?.centre?.number).toBe('EG001')
    },
  )

  it('asks, and the question shows address and centre', async () => {
    const typist = inProcess(world, ['users', 'suspend', 'omar'])
    await typist.sees("'omar' is Omar Saïd <o.said@nile.example>, EG001 Nile Academy.")
    await typist.sees('Suspend Omar Saïd')
    typist.types('y')
    typist.presses('enter')
    expect(await typist.leaves()).toMatchObject({ exit: 0 })
    expect(await statusOf(omar)).toBe('suspended')
  })

  it.each([
    ['users restore omar', 'suspended'],
    ['roles grant omar access-to-scripts', 'active'],
    ['users edit omar --first-name Umar', 'active'],
  ] as const)('asks also where the command asks nothing else: %s', async (line, status) => {
    if (status === 'suspended') await world.run(['users', 'suspend', omar, '--yes'])
    const before = await world.account(omar)
    const typist = inProcess(world, line.split(' '))
    await typist.sees('o.said@nile.example')
    await typist.sees(`Go on with ssh-admin ${line.replace('omar', omar)}?`)
    typist.types('n')
    typist.presses('enter')
    expect(await typist.leaves()).toMatchObject({ exit: 130 })
    expect(await world.account(omar)).toEqual(before)
  })

  it('asks nothing where there is nothing to do', async () => {
    await world.run(['users', 'suspend', omar, '--yes'])
    const ran = await inProcess(world, ['users', 'suspend', 'omar']).leaves()
    expect(ran).toMatchObject({ exit: 0 })
    expect(ran.text).not.toContain('?')
  })

  it('rehearses at a terminal without a question', async () => {
    const ran = await inProcess(world, ['users', 'suspend', 'omar', '--dry-run']).leaves()
    expect(ran).toMatchObject({ exit: 0, text: expect.stringContaining('Omar Saïd') })
    expect(await statusOf(omar)).toBe('active')
    const granting = ['roles', 'grant', 'omar', 'access-to-scripts', '--dry-run']
    const { text } = await inProcess(world, granting, { columns: 200 }).leaves()
    expect(text).toContain(
      "You would be asked: 'omar' is Omar Saïd <o.said@nile.example>, EG001 Nile Academy.",
    )
    expect(text).toContain(`Go on with ssh-admin roles grant ${omar} access-to-scripts?`)
  })

  it('is not done when the address means somebody else by then', async () => {
    const typist = inProcess(world, ['roles', 'grant', 'omar', 'access-to-scripts'])
    await typist.sees('Go on with')
    await world.run(['users', 'move', omar, '--to', 'EG002', '--yes'])
    typist.types('y')
    typist.presses('enter')
    expect(await typist.leaves()).toMatchObject({
      exit: 3,
      text: expect.stringContaining('changed meanwhile'),
    })
    expect((await world.account(omar))?.roles).not.toContain('access-to-scripts')
  })

  it('is not done when the centre of that name is called otherwise by then', async () => {
    await world.run(['coordinator', 'add', 'EG002', 'Salma Aziz <salma@school.example>', '--yes'])
    await world.run(['coordinator', 'suspend', 'EG002', '--yes'])
    const typist = inProcess(world, ['coordinator', 'restore', 'kabatas'])
    await typist.sees('Go on with')
    await world.run(['centres', 'edit', 'EG002', '--name', 'Another School', '--yes'])
    typist.types('y')
    typist.presses('enter')
    expect(await typist.leaves()).toMatchObject({
      exit: 3,
      text: expect.stringContaining('changed meanwhile'),
    })
  })
})

describe('whom a release is for', () => {
  it('is said by the names of centres too, beside the words for many, and asked about', async () => {
    writeFileSync(world.path('first.txt'), 'first')
    const facts = ['--title', 'Text', '--kind', 'other', '--series', '2026-06']
    await world.run(['resources', 'upload', 'first.txt', ...facts, '--yes'])
    const argv = [
      'releases',
      'create',
      'June',
      '--resource',
      '1',
      '--opens',
      'now',
      '--for',
      'kabatas,country:PK',
    ]
    const piped = await world.run([...argv, '--yes', '--json'])
    expect({ exit: piped.exit, code: piped.error().code }).toEqual({ exit: 4, code: 'ambiguous-centre' })
    expect(piped.error().hint).toContain('EG002,country:PK')
    const typist = inProcess(world, argv)
    await typist.sees("'kabatas' is")
    typist.types('y')
    typist.presses('enter')
    expect((await typist.leaves()).exit).toBe(0)
    const shown = await world.run(['releases', 'show', 'June', '--json'])
    expect(shown.json().audience).toEqual(['EG002', 'country:PK'])
  })

  it('is none where a country is named: how it is written is told', async () => {
    const argv = ['releases', 'create', 'June', '--resource', '1', '--opens', 'now', '--for', 'Egypt']
    expect((await world.run([...argv, '--json'])).error()).toMatchObject({
      code: 'invalid-audience',
      hint: 'country:EG',
    })
  })
})

describe('a name', () => {
  it.each([
    [['users', 'exists', 'omar'], 'invalid-email'],
    [['users', 'list', '--as', 'omar'], 'invalid-email'],
    [['account', 'request', 'omar'], 'invalid-email'],
  ])('is none here: %j', async (argv, code) => {
    const ran = await world.run([...argv, '--json'])
    expect({ exit: ran.exit, code: ran.error().code }).toEqual({ exit: 2, code })
  })

  it('is none in a list on stdin', async () => {
    const typed = { stdin: `omar\n` }
    expect(await world.run(['users', 'suspend', '-', '--yes'], typed)).toMatchObject({ exit: 2 })
    expect(await statusOf(omar)).toBe('active')
  })

  const taking: Readonly<Record<string, readonly string[]>> = {
    'associates assign': ['nobody such', 'EG001'],
    'associates show': ['no such school'],
    'associates unassign': ['nobody such', 'EG001'],
    'centres delete': ['no such school'],
    'centres edit': ['no such school', '--town', 'Giza'],
    'centres restore': ['no such school'],
    'centres show': ['no such school'],
    'centres list': ['--associate', 'no such school'],
    'coordinator add': ['no such school', 'Rana Said <rana@school.example>'],
    'coordinator change': ['EG001', '--to', 'nobody such'],
    'coordinator restore': ['no such school'],
    'coordinator show': ['no such school'],
    'coordinator suspend': ['no such school'],
    'progression-tests list': ['--owner', 'nobody such'],
    'releases create': ['June', '--resource', '1', '--opens', 'now', '--for', 'all,no such school'],
    'releases edit': ['1', '--for', 'no such school'],
    'roles check': ['head@nile.example', 'users.suspend', 'nobody such'],
    'roles grant': ['nobody such', 'access-to-scripts'],
    'roles revoke': ['nobody such', 'access-to-scripts'],
    'users add': ['Rana Said <rana@school.example>', '--centre', 'no such school'],
    'users delete': ['nobody such'],
    'users duplicates': ['--centre', 'no such school'],
    'users edit': ['nobody such', '--last-name', 'Aziz'],
    'users erase': ['nobody such'],
    'users list': ['--centre', 'no such school'],
    'users move': [omar, '--to', 'no such school'],
    'users pin': ['nobody such'],
    'users remove': ['nobody such'],
    'users reset-password': ['nobody such'],
    'users restore': ['nobody such'],
    'users show': ['nobody such'],
    'users suspend': ['nobody such'],
    'users transfer': [omar, '--to', 'nobody such'],
  }

  it.each(Object.entries(taking))('stands where an address or a number does: %s', async (words, argv) => {
    const ran = await world.run([...words.split(' '), ...argv, '--json'])
    expect({ exit: ran.exit, code: ran.error().code }).toEqual({
      exit: 4,
      code: argv.includes('nobody such') ? 'user-not-found' : 'centre-not-found',
    })
  })

  it('is tried for every change of a person or a centre that is there', () => {
    const others =
      /^(account|audit|batch|config|entries|help-documents|key-times|releases|resources|centres (import|apply|create|export|pins|sample)|mail|store|templates|seed|progression|users (add|sample))/
    const untried = commands.filter((words) => !others.test(words) && !(words in taking))
    expect(untried.filter((words) => !words.startsWith('centres imports'))).toEqual([])
  })

  it('leaves what is no name as it is, where the log is narrowed down', async () => {
    await world.run(['roles', 'grant', omar, 'access-to-scripts'])
    const count = async (...argv: string[]) =>
      (await world.run(['audit', 'list', '--format', 'count', ...argv])).stdout.trim()
    expect(await count('--subject', 'omar')).toBe('1')
    expect(await count('--actor', 'staff')).toBe('1')
    expect(await count('--subject', 'zzyzx')).toBe('0')
  })
})
