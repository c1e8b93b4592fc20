import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { heldStore } from '../../held-store.ts'
import { holding } from '../../holding.ts'
import { importRows, line } from '../../import/workbook.ts'
import { newWorld, type World } from '../../world.ts'

const amira = 'amira@school.example'
const omar = 'omar@school.example'
const sites = ['cambridge-primary']

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'huda@school.example' })
  await world.centre('EG002')
  await world.user(amira, { centre: 'EG001', sites })
  await world.user(omar, { centre: 'EG001', firstName: 'Omar', sites })
})
afterEach(() => world.close())

/** Every command that changes users, with a situation before it, where it needs one. */
const changes: readonly { words: string; before?: string; outcome: string }[] = [
  { words: 'users add Nour~Salem~<nour@school.example> --centre EG001', outcome: 'created' },
  { words: `users suspend ${amira}`, outcome: 'suspended' },
  { words: `users restore ${amira}`, before: `users suspend ${amira}`, outcome: 'restored' },
  { words: `users delete ${amira} --suspend`, outcome: 'deleted' },
  { words: `users edit ${amira} --admin`, outcome: 'edited' },
  { words: `users remove ${amira}`, outcome: 'removed' },
  { words: `users move ${amira} --to EG002`, outcome: 'moved' },
  { words: `users reset-password ${amira}`, outcome: 'message-written' },
]

const argvOf = (words: string) => words.split(' ').map((word) => word.replaceAll('~', ' '))

describe.each(changes)('$words', ({ words, before, outcome }) => {
  beforeEach(async () => {
    if (before) await world.run([...argvOf(before), '--yes'])
  })

  it('answers one TAB-separated line in a pipe, without colour', async () => {
    const { exit, stdout } = await world.run([...argvOf(words), '--yes'])
    expect(exit).toBe(0)
    expect(stdout).toMatch(new RegExp(`^[^\\t\\n]+@school\\.example\\t[^\\t]*\\t[a-z]+\\t${outcome}\\n$`))
    expect(stdout).not.toContain('\x1b')
  })

  it('answers with --json in its published shape', async () => {
    const { stdout, stderr } = await world.run([...argvOf(words), '--yes', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ users: [{ outcome, changed: true }], total: 1, dryRun: false })
    expect(stderr).toBe('')
  })

  it('changes nothing with --dry-run, and gives the same answer', async () => {
    const everything = async () => JSON.stringify(await world.rows('select * from users'))
    const present = await everything()
    const rehearsed = await world.run([...argvOf(words), '--dry-run', '--json'])
    expect(await everything()).toBe(present)
    expect(rehearsed.json()).toMatchObject({
      users: [{ outcome }],
      dryRun: true,
    })
  })
})

describe('without a terminal', () => {
  it.each([
    `users suspend ${amira}`,
    `users delete ${amira} --suspend`,
    `users remove ${amira}`,
    `users move ${amira} --to EG002`,
    `users transfer ${amira} --to ${omar}`,
    `users reset-password ${amira}`,
    `users edit ${amira} --admin`,
    `users edit ${amira} --email new@school.example`,
  ])('%s exits 2, naming the flag; a piped y is no consent', async (words) => {
    if (words.startsWith('users transfer')) await holding(world, amira)
    const ran = await world.run([...argvOf(words), '--json'], { stdin: 'y\n' })
    expect(ran.exit).toBe(2)
    expect(ran.error()).toMatchObject({ code: 'answer-needed', hint: `ssh-admin ${words} --json --yes` })
  })

  it('a name is edited without a question', async () => {
    const ran = await world.run(['users', 'edit', amira, '--first-name', 'Amirah'])
    expect(ran.exit).toBe(0)
  })

  it.each([[], ['--yes']])('editing needs to be told what, and says so %s', async (...more) => {
    const ran = await world.run(['users', 'edit', amira, '--json', ...more])
    expect(ran.exit).toBe(2)
    expect(ran.error()).toMatchObject({
      code: 'answer-needed',
      message: expect.stringContaining('--email'),
      hint: ['ssh-admin users edit', amira, '--json', ...more, '--last-name NAME'].join(' '),
    })
  })

  it('adding needs a person and a centre, and says so', async () => {
    const ran = await world.run(['users', 'add', '--json'])
    expect(ran.exit).toBe(2)
    expect(ran.error()).toMatchObject({
      hint: "ssh-admin users add --centre CENTRE 'First Last <email>' --json",
    })
  })
})

describe('several users at once', () => {
  it('are all suspended, or none, and every problem is named', async () => {
    const ran = await world.run([
      'users',
      'suspend',
      amira,
      'huda@school.example',
      'nobody@school.example',
      '--yes',
      '--json',
    ])
    expect(ran.exit).toBe(4)
    expect(ran.error().details.problems).toMatchObject([
      { target: 'huda@school.example', code: 'is-coordinator', hint: 'ssh-admin coordinator suspend EG001' },
      { target: 'nobody@school.example', code: 'user-not-found' },
    ])
    expect(await world.account(amira)).toMatchObject({ status: 'active' })
  })

  it('are added, or none, and every problem is named, of those whose address can be used too', async () => {
    const people = ['Nour Salem <nour@school>', `Amira Haddad <${amira}>`, 'Ann Lee <ann@school.example>']
    const adding = (...more: string[]) => world.run(['users', 'add', ...people, ...more, '--json'])
    const ran = await adding('--centre', 'EG001')
    expect([ran.exit, ran.error().code]).toEqual([2, 'invalid-email'])
    expect(ran.error().message).toBe('2 of 3 stand in the way; nothing was changed.')
    expect(ran.error().details.problems).toMatchObject([
      { target: people[0], code: 'invalid-email' },
      { target: amira, code: 'email-in-use' },
    ])
    expect(await world.account('ann@school.example')).toBeUndefined()
    const elsewhere = await adding('--centre', 'EG001', '--db', world.path('nothing.db'))
    expect([elsewhere.exit, elsewhere.error().code]).toEqual([2, 'invalid-email'])
    expect(elsewhere.error().details.problems).toHaveLength(1)
    expect(existsSync(world.path('nothing.db'))).toBe(false)
  })

  it('are told of what was typed wrongly at once, however long another program has the store', async () => {
    const release = await heldStore(world, async () => undefined)
    const people = ['Nour Salem <nour@school>', `Amira Haddad <${amira}>`]
    const ran = await world.run(['users', 'add', ...people, '--centre', 'EG001', '--wait', '600', '--json'])
    await release()
    expect([ran.exit, ran.error().code]).toEqual([2, 'invalid-email'])
    expect(ran.error().details.problems).toHaveLength(1)
  })

  it('are told of whoever is named twice beside what else stands in the way', async () => {
    const people = [`A B <${amira}>`, 'C D <c@>', `E F <${amira}>`, 'G H <g@school.example>']
    const ran = await world.run(['users', 'add', ...people, '--centre', 'EG001', '--json'])
    expect(ran.error().message).toBe('3 of 4 stand in the way; nothing was changed.')
    expect(ran.error().details.problems).toMatchObject([
      { target: people[1], code: 'invalid-email' },
      { target: people[2], code: 'named-twice', hint: 'Leave one of the two out.' },
      { target: amira, code: 'email-in-use' },
    ])
    const alone = await world.run([
      'users',
      'add',
      ...people.slice(2),
      people[3] ?? '',
      '--centre',
      'EG001',
      '--json',
    ])
    expect(alone.error().details.problems).toMatchObject([
      { target: people[3], code: 'named-twice' },
      { target: amira, code: 'email-in-use' },
    ])
  })

  it('come from stdin, one a line', async () => {
    const ran = await world.run(['users', 'suspend', '-', '--yes', '--json'], {
      stdin: `${amira}\n${omar}\n`,
    })
    expect(ran.json().total).toBe(2)
  })

  it('are added from a file, all or none, each problem by its cell', async () => {
    const heading = 'Centre number,First name,Last name,Email,Role\n'
    writeFileSync(
      world.path('new.csv'),
      `${heading}EG001,Nour,Salem,nour@school.example,\nEG009,Sara,Aly,sara@school.example,\nEG001,Ali,Aly,${amira},\nEG001,Ann,Lee,ann@school.example,boss\n`,
    )
    const ran = await world.run(['users', 'add', '--from', world.path('new.csv'), '--json'])
    expect(ran.exit).toBe(6)
    expect(ran.error().details.problems).toMatchObject([
      { target: 'new!A3', code: 'centre-not-found' },
      { target: 'new!D4', code: 'email-in-use' },
      { target: 'new!E5', code: 'unknown-role' },
    ])
    expect(await world.account('nour@school.example')).toBeUndefined()
  })

  it('are told of each cell that is wrong, several in one row', async () => {
    const heading = 'Centre number,First name,Last name,Email,Role,Sites\n'
    writeFileSync(world.path('new.csv'), `${heading}EG99,,,nour@,boss,cambridge-primry\n`)
    const ran = await world.run(['users', 'add', '--from', world.path('new.csv'), '--json'])
    expect(ran.error().details.problems).toMatchObject([
      { target: 'new!A2', code: 'centre-not-found' },
      { target: 'new!B2', code: 'name-missing' },
      { target: 'new!D2', code: 'invalid-email' },
      { target: 'new!E2', code: 'unknown-role' },
      { target: 'new!F2', code: 'unknown-site' },
    ])
  })

  it('are added from stdin', async () => {
    const stdin = 'First name;Last name;E-mail\nNour;Salem;nour@school.example\n'
    const ran = await world.run(['users', 'add', '--from', '-', '--centre', 'EG001', '--json'], { stdin })
    expect(ran.json()).toMatchObject({ users: [{ firstName: 'Nour' }] })
  })

  it('are added from a table of other headings with --map', async () => {
    writeFileSync(world.path('new.csv'), 'Person,Post\nNour,nour@school.example\n')
    const words = ['users', 'add', '--from', 'new.csv', '--centre', 'EG001', '--json']
    const ran = await world.run([...words, '--map', 'Post=Email', '--map', 'Person=First name'])
    expect(ran.json()).toMatchObject({ users: [{ firstName: 'Nour', email: 'nour@school.example' }] })
  })

  it('are added from the sample, filled in', async () => {
    await world.run(['users', 'sample', 'empty.csv'])
    const empty = readFileSync(world.path('empty.csv'), 'utf8')
    writeFileSync(
      world.path('new.csv'),
      `${empty}EG001,Nour,Salem,nour@school.example,teacher,cambridge-primary\n`,
    )
    const ran = await world.run(['users', 'add', '--from', 'new.csv', '--json'])
    expect(ran.json()).toMatchObject({ users: [{ lastName: 'Salem', outcome: 'created' }] })
    expect((await world.run(['users', 'sample', 'a.xlsx'])).exit).toBe(0)
    const { stdout } = await world.run(['users', 'add', '--help'])
    expect(stdout).toContain('Centre number, First name, Last name, Full name, Role, Sites')
  })

  it('named twice in one call are refused', async () => {
    const ran = await world.run([
      'users',
      'add',
      'A B <ab@school.example>',
      'C D <AB@school.example>',
      '--centre',
      'EG001',
      '--json',
    ])
    expect(ran).toMatchObject({ exit: 2 })
    expect(ran.error().code).toBe('named-twice')
  })

  it('that stand twice in a table are named with where they stood before, and none is added', async () => {
    const rows = ['Centre number,Email,First name', 'EG001,ab@school.example,A', 'EG001,AB@school.example,B']
    writeFileSync(world.path('new.csv'), `${rows.join('\n')}\n`)
    const ran = await world.run(['users', 'add', '--from', 'new.csv', '--json'])
    expect(ran).toMatchObject({ exit: 6 })
    expect(ran.error().details.problems).toEqual([
      expect.objectContaining({
        target: 'new!B3',
        code: 'named-twice',
        message: expect.stringContaining('new!B2'),
      }),
    ])
  })
})

describe('looking at users', () => {
  it('lists them by every filter', async () => {
    await world.user('yui@school.example', { centre: 'EG002', status: 'invited', firstName: 'Yüi' })
    await world.user('sam@school.example', { centre: 'EG002', hubRole: null, roles: ['exams-officer'] })
    const emails = async (...options: string[]) => {
      const ran = await world.run(['users', 'list', ...options, '--json'])
      return ran.json().users.map(({ email }: { email: string }) => email.split('@')[0])
    }
    expect(await emails()).toEqual(['amira', 'huda', 'omar', 'sam', 'yui'])
    expect(await emails('--centre', 'eg002')).toEqual(['sam', 'yui'])
    expect(await emails('--status', 'invited')).toEqual(['yui'])
    expect(await emails('--not-set-up')).toEqual(['yui'])
    expect(await emails('--role', 'coordinator,exams-officer')).toEqual(['huda', 'sam'])
    expect(await emails('--site', 'cambridge-primary')).toEqual(['amira', 'omar'])
    expect(await emails('--search', 'YUI')).toEqual(['yui'])
    expect(await emails('--search', 'haddad omar')).toEqual(['omar'])
    expect(await emails('--sort', 'centre', '--reverse', '--limit', '1')).toEqual(['yui'])
    expect(await emails('--never-signed-in', '--limit', '2')).toEqual(['amira', 'huda'])
  })

  it('lists them by what became of their PIN, and by the import that created them', async () => {
    const imported = ['a', 'b', 'c'].map((name) => line('EG001', `${name}@school.example`))
    await importRows(world, imported, '--partial')
    await world.run(['users', 'suspend', 'b@school.example', '--yes'])
    const emails = async (...options: string[]) => {
      const ran = await world.run(['users', 'list', ...options, '--format', 'ids'])
      return ran.stdout.split('\n').flatMap((email) => (email === '' ? [] : [email.split('@')[0]]))
    }
    expect(await emails('--import', '1')).toEqual(['a', 'b', 'c'])
    expect(await emails('--import', '2')).toEqual([])
    expect(await emails('--pin', 'issued')).toEqual(['a', 'c'])
    expect(await emails('--pin', 'void', '--import', '1')).toEqual(['b'])
    expect(await emails('--pin', 'none')).toEqual(['amira', 'huda', 'omar'])
    expect(await emails('--pin', 'expired')).toEqual([])
    world.setClock(new Date(world.now.getTime() + 30 * 86_400_000).toISOString())
    expect(await emails('--pin', 'expired')).toEqual(['a', 'c'])
    expect(await emails('--pin', 'issued')).toEqual([])
    expect(await emails('--pin', 'issued,expired,void')).toEqual(['a', 'b', 'c'])
    const { error } = await world.run(['users', 'list', '--pin', 'unused', '--json'])
    expect(error()).toMatchObject({
      code: 'unknown-state',
      message: "There is no state 'unused'.",
      details: { candidates: ['issued'] },
    })
  })

  it('says how many there are besides those that --limit shows', async () => {
    const ran = await world.run(['users', 'list', '--limit', '1', '--json'])
    expect(ran.json()).toMatchObject({ total: 3 })
  })

  it('shows the fields that are asked for, and guesses at a mistyped one', async () => {
    const ran = await world.run(['users', 'list', '--fields', 'name,status', '--search', 'omar'])
    expect(ran.stdout).toBe('Omar Haddad\tactive\n')
    const wrong = await world.run(['users', 'list', '--fields', 'stauts', '--json'])
    expect(wrong.error()).toMatchObject({ code: 'unknown-field', details: { candidates: ['status'] } })
  })

  it('never lets a name steer the terminal or break a line', async () => {
    const { db } = await world.store()
    await db.updateTable('users').set({ last_name: 'A\tB\nC\x1b[2J' }).where('email_key', '=', omar).execute()
    const ran = await world.run(['users', 'list', '--fields', 'email,last-name', '--search', 'omar'])
    expect(ran.stdout).toBe(`${omar}\tA B C\\u001b[2J\n`)
  })

  it('shows why somebody cannot sign in, what they hold and what happened last', async () => {
    await holding(world, amira)
    await world.run(['users', 'suspend', amira, '--yes'])
    const { stdout } = await world.run(['users', 'show', amira])
    expect(stdout).toContain('can-sign-in\tno\nwhy-not\tsuspended\n')
    expect(stdout).toContain('holds\tcambridge-primary\t1\t1\t2\n')
    expect(stdout).toContain('users.suspended\tstaff\ttester@desk\n')
    const json = await world.run(['users', 'show', amira, '--json'])
    expect(json.json()).toMatchObject({ canSignIn: false, whyNot: 'suspended' })
  })

  it('shows a deleted account, where there is no other', async () => {
    await world.run(['users', 'delete', amira, '--suspend', '--yes'])
    const { stdout } = await world.run(['users', 'show', amira])
    expect(stdout).toContain('why-not\tdeleted\n')
  })

  it('answers whether an address has an account by the exit code', async () => {
    expect(await world.run(['users', 'exists', 'AMIRA@school.example'])).toMatchObject({
      exit: 0,
      stdout: '',
    })
    expect(await world.run(['users', 'exists', 'x@school.example'])).toMatchObject({ exit: 4, stderr: '' })
    const ran = await world.run(['users', 'exists', 'x@school.example', '--json'])
    expect(ran).toMatchObject({ exit: 4, stderr: '' })
    expect(ran.json()).toMatchObject({ exists: false })
    expect(await world.run(['users', 'exists', 'nobody'])).toMatchObject({ exit: 2 })
  })
})

describe('the other answers', () => {
  it('have their published shapes', async () => {
    await holding(world, amira)
    const transferred = await world.run(['users', 'transfer', amira, '--to', omar, '--yes', '--json'])
    expect(transferred.json()).toMatchObject({ from: amira, changed: true })
    const tests = await world.run(['progression-tests', 'list', '--owner', omar, '--json'])
    expect(tests.json().total).toBe(1)
    await world.user('yui@school.example', { centre: 'EG001', status: 'invited' })
    const issued = await world.run(['users', 'pin', 'yui@school.example', '--json'])
    expect(issued.json().pin).toMatch(/^\d{4} \d{4}$/)
    const shown = await world.run(['users', 'pin', 'yui@school.example', '--show'])
    expect(shown.stdout).toContain(issued.json().pin)
  })
})
