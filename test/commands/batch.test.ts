import { setTimeout } from 'node:timers/promises'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { heldStore } from '../held-store.ts'
import { wholeProgram } from '../../src/cli/program.ts'
import { newInterruption } from '../../src/interruption.ts'
import { inProcess } from '../terminal.ts'
import { itInAFile } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { coordinator: 'huda@school.example' })
  await world.user('amira@school.example', { centre: 'EG001' })
  await world.user('omar@school.example', { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
})
afterEach(() => world.close())

const batch = (lines: readonly string[], ...options: string[]) =>
  world.run(['batch', ...options], { stdin: `${lines.join('\n')}\n` })
const statusOf = async (email: string) => (await world.account(email))?.status
const documents = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('a batch', () => {
  it('runs each line as it would run by itself, and answers one line for each', async () => {
    const ran = await batch([
      '# those who left',
      '',
      'users suspend amira@school.example --yes',
      '{"command": "users edit", "args": ["omar@school.example"], "options": {"firstName": "Omar Ali"}}',
    ])
    expect(ran.exit).toBe(0)
    expect(ran.stdout).toBe(
      '3\t0\tAmira Haddad (EG001) is suspended.\n4\t0\tOmar Ali Said (EG001) is edited: name.\n',
    )
    expect(ran.stderr).toBe('2 lines done.\n')
    expect(await statusOf('amira@school.example')).toBe('suspended')
    const [last] = await world.rows('select command, action from audit order by id desc limit 1')
    expect(last).toEqual({ command: 'users edit', action: 'users.edited' })
  })

  it('lets no option of one line hold for the next line with the same command', async () => {
    const ran = await batch(
      [
        'users suspend amira@school.example --dry-run',
        'users suspend omar@school.example',
        'users edit amira@school.example --first-name Amina',
        'users edit omar@school.example --last-name Saleh',
      ],
      '--yes',
    )
    expect(ran.exit).toBe(0)
    expect(await statusOf('amira@school.example')).toBe('active')
    expect(await statusOf('omar@school.example')).toBe('suspended')
    expect(ran.stdout).toContain('4\t0\tOmar Saleh (EG001) is edited: name.\n')
  })

  it('says at once for whom a line waits, whichever line opened the store', async () => {
    const release = await heldStore(world, async () => undefined)
    const waiting = batch(
      ['users show amira@school.example', 'users suspend omar@school.example'],
      ...['--yes', '--wait', '1'],
    )
    const { exit, stderr } = await waiting
    await release()
    expect(exit).toBe(7)
    expect(stderr).toMatch(/^Waiting for .+ to finish with the store …\n/)
  })

  it('names a line that asks for help alone, and not the next with the same command', async () => {
    const ran = await batch(['users suspend --help', 'users suspend omar@school.example'], '--yes')
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('Line 1: ') })
  })

  it('answers with documents of one line each, and one that counts them', async () => {
    const ran = await batch(
      ['users suspend amira@school.example', 'users show nobody@school.example'],
      '--json',
      '--yes',
    )
    const [first, second, summary] = documents(ran.stdout)
    expect(first).toMatchObject({
      line: 1,
      exit: 0,
      answer: { users: [{ outcome: 'suspended' }] },
      error: null,
    })
    expect(second).toMatchObject({ line: 2, exit: 4, answer: null, error: { code: 'user-not-found' } })
    expect(summary).toMatchObject({ done: 1, refused: 1, left: 0, dryRun: false })
    expect(ran.exit).toBe(9)
  })

  it('ends at the first line that is refused, with the exit code of that line where nothing was changed', async () => {
    const ran = await batch(
      [
        'users show amira@school.example',
        'users suspend huda@school.example',
        'users suspend omar@school.example',
      ],
      '--yes',
    )
    expect(ran.exit).toBe(3)
    expect(ran.stderr).toContain('line 2: error: Amira Haddad coordinates EG001')
    expect(ran.stderr).toContain('1 line done, 1 line refused, 1 line not run. It ended at line 2.')
    expect(await statusOf('omar@school.example')).toBe('active')
  })

  it('goes on with --keep-going, and says with exit 9 that not all is done', async () => {
    const ran = await batch(
      ['users suspend huda@school.example', 'users suspend omar@school.example'],
      '--yes',
      '--keep-going',
    )
    expect([ran.exit, await statusOf('omar@school.example')]).toEqual([9, 'suspended'])
  })

  it.each([[], ['--keep-going'], ['--atomic']])(
    'ends in a rehearsal with the exit code of the run: %j',
    async (...mode) => {
      const lines = ['users suspend omar@school.example', 'users suspend nobody@school.example']
      const rehearsed = await batch(lines, '--yes', '--dry-run', ...mode)
      const ran = await batch(lines, '--yes', ...mode)
      expect(rehearsed.exit).toBe(ran.exit)
      const again = await batch(lines, '--yes', '--dry-run', ...mode)
      expect(again.exit).toBe(4)
    },
  )

  it('is all or nothing with --atomic, and says which line was refused', async () => {
    const ran = await batch(
      ['users suspend omar@school.example', 'users suspend huda@school.example'],
      '--yes',
      '--atomic',
      '--json',
    )
    expect([ran.exit, ran.stdout]).toEqual([3, ''])
    expect(ran.error()).toMatchObject({ code: 'is-coordinator', details: { line: 2 } })
    expect(ran.error().message).toMatch(/^Line 2: .*; nothing was changed\.$/)
    expect(ran.error().hint).toBe('ssh-admin coordinator suspend EG001')
    const told = await batch(['users suspend huda@school.example'], '--yes', '--atomic')
    expect(told.stderr.match(/coordinates EG001/g)).toHaveLength(1)
    expect(await statusOf('omar@school.example')).toBe('active')
    expect(await world.rows("select * from audit where action = 'users.suspended'")).toEqual([])
  })

  it('lets later lines of one change see what earlier ones did', async () => {
    const lines = [
      "users add 'Layla Saleh <layla@school.example>' --centre EG001",
      'users suspend layla@school.example',
      'users show layla@school.example',
    ]
    const inWords = await batch(lines, '--yes', '--dry-run')
    expect(inWords.stderr.match(/This was a rehearsal/g)).toHaveLength(1)
    const rehearsed = await batch(lines, '--yes', '--dry-run', '--json')
    expect(rehearsed.exit).toBe(0)
    expect(documents(rehearsed.stdout)[2].answer.status).toBe('suspended')
    expect(documents(rehearsed.stdout)[0].answer).toMatchObject({ dryRun: true, mail: [{ state: 'queued' }] })
    expect(await statusOf('layla@school.example')).toBeUndefined()
    expect(await world.rows('select * from outbox')).toEqual([])
    const done = await batch(lines, '--yes', '--atomic')
    expect([done.exit, await statusOf('layla@school.example')]).toEqual([0, 'suspended'])
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('keeps what a line that is refused among others leaves behind, once, and what the others did', async () => {
    const ran = await batch(
      [
        'users edit amira@school.example --first-name Amina',
        'users edit amira@school.example --last-name Saleh',
        'users edit omar@school.example --first-name Ali --as amira@school.example',
        'users edit nobody@school.example --first-name No',
        "users add 'Nour Said <nour@school.example>' --centre EG001",
        'users edit omar@school.example --first-name Ali',
      ],
      '--yes',
      '--keep-going',
    )
    expect(ran.exit).toBe(9)
    expect(ran.stdout.split('\n').map((line) => line.split('\t').slice(0, 2).join(' '))).toEqual([
      ...['1 0', '2 0', '3 5', '4 4', '5 0', '6 0'],
      '',
    ])
    expect(await world.rows("select count(*) as n from audit where kind = 'refusal'")).toEqual([{ n: 1 }])
    const events = await world.rows('select action, kind from audit order by id desc limit 6')
    expect(events.map(({ action, kind }) => (kind === 'refusal' ? kind : action)).reverse()).toEqual([
      ...['users.edited', 'users.edited', 'refusal', 'users.added', 'users.edited', 'mail.message-written'],
    ])
    expect(
      await world.rows("select count(*) as n from outbox where to_address = 'nour@school.example'"),
    ).toEqual([{ n: 1 }])
    expect((await world.run(['audit', 'verify'])).exit).toBe(0)
  })

  it('waits once for a store that is not to be had, and says so of the line', async () => {
    const release = await heldStore(world, async () => undefined)
    const lines = [
      'users show amira@school.example',
      'users suspend amira@school.example',
      'users suspend omar@school.example',
    ]
    const begun = performance.now()
    const ran = await batch(lines, '--yes', '--wait', '2')
    const waited = performance.now() - begun
    await release()
    expect(ran.exit).toBe(7)
    expect(waited).toBeLessThan(3_900)
    expect(ran.stdout).toMatch(/^1\t0\t.*\n2\t7\tThe store .* is in use by/)
    expect(ran.stderr).toContain('1 line done, 1 line refused, 1 line not run. It ended at line 2.')
  })

  it('tells a refusal that could not be noted in the log as a store in use', async () => {
    // Loaded before: what follows takes no longer than it waits.
    await batch(['users show amira@school.example'])
    const release = await heldStore(world, async () => undefined)
    const creating = "centres create EG007 --name 'Delta School' --country Egypt --as amira@school.example"
    const ran = await batch([creating, 'users suspend omar@school.example'], '--yes', '--wait', '0.5')
    await release()
    expect([ran.exit, ran.stdout]).toEqual([7, expect.stringMatching(/^1\t7\tThe store .* is in use by/)])
    expect(await world.rows("select count(*) as n from audit where kind = 'refusal'")).toEqual([{ n: 0 }])
  })

  // Changes share a transaction only there: on a server nothing is waited for before the line itself.
  itInAFile(
    'notes a refusal in the log also where it waited for the store in vain before that line',
    async () => {
      const looking = 'users show amira@school.example'
      const editing = (name: string) => `users edit amira@school.example --first-name ${name}`
      // Loaded before: what follows takes no longer than it waits.
      expect((await batch([looking, editing('Amina'), editing('Amira')], '--yes')).exit).toBe(0)
      const release = await heldStore(world, async () => undefined)
      const free = setTimeout(2_200).then(release)
      const ran = await batch(
        [
          looking,
          "centres create EG007 --name 'Delta School' --country Egypt --as amira@school.example",
          'users suspend omar@school.example',
        ],
        '--yes',
        '--wait',
        '1.5',
      )
      await free
      expect(ran.stdout).toMatch(/^1\t0\t.*\n2\t5\tamira@school.example may not do that/)
      expect(ran.stderr).toContain('1 line done, 1 line refused, 1 line not run. It ended at line 2.')
      expect(await world.rows("select count(*) as n from audit where kind = 'refusal'")).toEqual([{ n: 1 }])
    },
  )

  it('sends each message once, when the lines are done', async () => {
    const lines = ['users reset-password amira@school.example', 'users reset-password omar@school.example']
    for (const mode of [[], ['--atomic']]) {
      const ran = await batch(lines, '--yes', '--json', ...mode)
      const [first, , summary] = documents(ran.stdout)
      expect(first.answer.mail).toMatchObject([{ to: 'amira@school.example', state: 'queued' }])
      expect(summary.notices).toMatchObject([{ code: 'mail-written' }])
    }
    const states = await world.rows('select to_address, state from outbox order by id')
    expect(states.map((row) => Object.values(row).join(' '))).toEqual([
      'amira@school.example written',
      'omar@school.example written',
      'amira@school.example written',
      'omar@school.example written',
    ])
  })

  it('acts in each line with the rights of its own actor, and records what was refused', async () => {
    const line = 'users suspend huda@school.example --yes --as amira@school.example'
    for (const mode of [[], ['--atomic'], ['--dry-run'], ['--keep-going']]) {
      const ran = await batch(['users show omar@school.example', line], ...mode)
      expect(ran.exit).toBe(5)
    }
    const refusals = await world.rows("select action, facts from audit where kind = 'refusal'")
    expect(refusals).toHaveLength(4)
    expect(refusals.map(({ facts }) => String(facts).includes('dryRun')).filter(Boolean)).toHaveLength(1)
  })

  it('gives no line more rights than the batch was begun with', async () => {
    const ran = await batch(
      ['users suspend omar@school.example --yes --as staff'],
      '--as',
      'amira@school.example',
    )
    expect(ran.exit).toBe(2)
    expect(ran.stderr).toContain('--as of the batch says amira@school.example')
    const own = await batch(['users suspend omar@school.example --yes'], '--as', 'amira@school.example')
    expect([own.exit, await statusOf('omar@school.example')]).toEqual([5, 'active'])
  })

  it.each([{ SSH_ADMIN_AS: 'amira@school.example' }, { SSH_ADMIN_AS: 'staff' }])(
    'lets no line act for another than the environment says: %j',
    async (env) => {
      const stdin =
        'users show amira@school.example\nusers show omar@school.example --as huda@school.example\n'
      const ran = await world.run(['batch'], { stdin, env })
      expect([ran.exit, ran.stdout]).toEqual([2, ''])
      expect(ran.stderr).toContain(`SSH_ADMIN_AS says ${env.SSH_ADMIN_AS}`)
    },
  )

  it('asks each line for its actor before it runs the first, where every command must name one', async () => {
    const env = { SSH_ADMIN_AS_REQUIRED: '1' }
    const stdin =
      'users suspend amira@school.example --as staff --yes\nusers show omar@school.example\nversion\n'
    const ran = await world.run(['batch', '--json'], { stdin, env })
    expect([ran.exit, ran.stdout]).toEqual([2, ''])
    expect(ran.error().details.problems).toMatchObject([
      { target: 'line 2', code: 'as-required' },
      { target: 'line 3', code: 'not-in-a-batch' },
    ])
    expect(await statusOf('amira@school.example')).toBe('active')
  })

  it.each([
    ['users suspend amira@school.example', 'answer-needed'],
    ['centres import centres.xlsx --yes', 'not-in-a-batch'],
    ['store rekey --yes', 'not-in-a-batch'],
    ['config set db x', 'not-in-a-batch'],
    ['batch', 'not-in-a-batch'],
    ['help', 'not-in-a-batch'],
    ['users', 'not-in-a-batch'],
    ['users suspend --help', 'not-in-a-batch'],
    ['users suspend - --yes', 'not-in-a-batch'],
    ['users show amira@school.example --db other.db', 'not-in-a-batch'],
    ['users list --json', 'not-in-a-batch'],
    ['users list --format json', 'not-in-a-batch'],
    ['users list --format ids', 'not-in-a-batch'],
    ['users add --from people.csv', 'not-in-a-batch'],
    ['account sign-in amira@school.example', 'not-in-a-batch'],
    ['users suspnd amira@school.example', 'unknown-command'],
    ['users suspend amira@school.example --yess', 'unknown-option'],
    ["users show 'amira", 'invalid-line'],
  ])('looks at all lines before it runs the first: %s', async (wrong, code) => {
    const ran = await world.run(['batch', '--json'], {
      stdin: `users suspend omar@school.example --yes\n${wrong}\n`,
    })
    expect([ran.exit, ran.stdout]).toEqual([2, ''])
    expect(ran.error()).toMatchObject({ code, details: { line: 2 } })
    expect(await statusOf('omar@school.example')).toBe('active')
  })

  it('names every line that cannot be run', async () => {
    const ran = await batch(['users nothing', 'users show', 'users show amira@school.example'])
    expect(ran.exit).toBe(2)
    expect(ran.stderr).toMatch(
      /2 lines cannot be run; nothing was changed\.\n {2}line 1: .*\n.*\n {2}line 2: /,
    )
    const misspelt = await batch(['users lst', 'users show'])
    expect(misspelt.stderr).toContain('\n    Did you mean this?\n      ssh-admin users list\n')
  })

  it('does nothing without a line', async () => {
    const ran = await batch(['', '# nothing'])
    expect([ran.exit, ran.stdout, ran.stderr]).toEqual([0, '', '0 lines done.\n'])
  })

  it('begins a store where its first line can', async () => {
    const env = { SSH_ADMIN_DB: world.path('new.db'), SSH_ADMIN_KEY_FILE: world.path('new.key') }
    const stdin = "centres create EG009 --name 'Nile School' --country Egypt\ncentres show EG009\n"
    const rehearsed = await world.run(['batch', '--dry-run'], { stdin, env })
    expect(rehearsed.exit).toBe(0)
    expect((await world.run(['batch'], { stdin: 'centres show EG009\n', env })).exit).toBe(7)
    const refused = `${stdin}centres show EG010\n`
    expect((await world.run(['batch', '--atomic'], { stdin: refused, env })).exit).toBe(4)
    const unknown =
      "centres create EG008 --name 'Giza School' --country Egypt --kind associate-centre --associate CA001\n"
    expect((await world.run(['batch', '--yes'], { stdin: unknown, env })).exit).toBe(4)
    expect(readdirSync(world.folder).filter((name) => name.startsWith('new.'))).toEqual([])
    expect((await world.run(['batch', '--atomic'], { stdin, env })).exit).toBe(0)
    expect((await world.run(['centres', 'show', 'EG009'], { env })).exit).toBe(0)
  })

  it('reads the mark of UTF-16 also where its two bytes come one by one', async () => {
    const [first, ...others] = Buffer.from('\uFEFFusers show amira@school.example\r\n', 'utf16le')
    const stdin = [Buffer.from([first ?? 0]), Buffer.from(others)]
    expect((await world.run(['batch'], { stdin })).exit).toBe(0)
  })

  it.each([
    ['UTF-16 with a mark', Buffer.from('\uFEFFusers show amira@school.example\r\n', 'utf16le'), 0],
    ['UTF-8 with a mark', Buffer.from('\uFEFFusers show amira@school.example'), 0],
    ['neither', Buffer.from([0x75, 0xff, 0xfe, 0x0a]), 6],
  ])('reads %s', async (_, stdin, exit) => {
    expect((await world.run(['batch'], { stdin })).exit).toBe(exit)
  })

  it('is cancelled before its first change, and ended between two lines after it', async () => {
    const before = newInterruption(() => undefined)
    before.handleSignal()
    const stdin = 'users suspend amira@school.example --yes\nusers suspend omar@school.example --yes\n'
    const cancelled = await world.run(['batch'], { stdin, interruption: before })
    expect([cancelled.exit, await statusOf('amira@school.example')]).toEqual([130, 'active'])

    const during = newInterruption(() => undefined)
    const screen = inProcess(world, ['batch'], { interruption: during })
    await screen.sees('One command a line; Ctrl-D ends.')
    screen.types('users suspend amira@school.example --yes\n')
    await screen.sees(/suspended/i)
    during.handleSignal()
    const ended = await screen.leaves()
    expect(ended.exit).toBe(9)
    expect(ended.text).toContain('what was done before stays done')
    expect(ended.text).not.toContain('Nothing was changed')
    expect(await statusOf('amira@school.example')).toBe('suspended')
  })

  it('says what was done by the line that was being saved when Ctrl-C came, and runs no other', async () => {
    const interruption = newInterruption(() => undefined)
    const whileSaved = {
      ...interruption,
      startFinishing: (what: string) => {
        interruption.startFinishing(what)
        interruption.handleSignal()
      },
    }
    const stdin = 'users suspend amira@school.example --yes\nusers suspend omar@school.example --yes\n'
    const ran = await world.run(['batch'], { stdin, interruption: whileSaved })
    expect(ran.stdout).toBe('1\t0\tAmira Haddad (EG001) is suspended.\n')
    expect(await Promise.all(['amira@school.example', 'omar@school.example'].map(statusOf))).toEqual([
      'suspended',
      'active',
    ])
  })

  it('says at a terminal what became of a line in lines that fit', async () => {
    const interruption = newInterruption(() => undefined)
    const screen = inProcess(world, ['batch', '--keep-going'], { columns: 50, interruption })
    await screen.sees('One command a line; Ctrl-D ends.')
    screen.types('users suspend nobody-at-all@elsewhere.example --yes\n')
    await screen.sees(/line 1: error: Nobody has the address\n {8}nobody-at-all@elsewhere\.example/)
    interruption.handleSignal()
    for (const line of (await screen.leaves()).text.split('\n')) expect(line.length).toBeLessThanOrEqual(50)
  })

  it('knows of every command whether it runs within a batch', async () => {
    const leaves: string[] = []
    const walk = (command: Awaited<ReturnType<typeof wholeProgram>>, before: string[]): void => {
      for (const part of command.commands) walk(part, [...before, part.name()])
      if (before.length > 0 && command.commands.length === 0) leaves.push(before.join(' '))
    }
    walk(await wholeProgram(), [])
    const alone: string[] = []
    for (const words of leaves) {
      const ran = await batch([words], '--json')
      if (ran.stdout === '' && ran.error().code === 'not-in-a-batch') alone.push(words)
    }
    expect(alone).toMatchInlineSnapshot(`
      [
        "centres export",
        "centres sample",
        "users sample",
        "progression-tests sample",
        "key-times sample",
        "entries sample",
        "account set-up",
        "mail send",
        "store init",
        "store info",
        "store check",
        "store migrate",
        "store rekey",
        "store accept-clock",
        "seed",
        "whoami",
        "batch",
        "config show",
        "config edit",
        "help",
        "version",
      ]
    `)
  })
})

describe('a line that is no line for a batch', () => {
  it.each(['constructor', 'users toString', 'users __proto__', 'help toString'])(
    'is a mistake of the call that names it: %s',
    async (line) => {
      const ran = await batch(['users suspend amira@school.example', line], '--yes', '--json')
      expect(ran).toMatchObject({ exit: 2, stdout: '' })
      expect(ran.error().message).toContain('Line 2')
      expect(await statusOf('amira@school.example')).toBe('active')
    },
  )

  it('ends it where its answer is no, though nothing went wrong', async () => {
    const lines = ['users exists nobody@school.example', 'users suspend amira@school.example']
    expect((await batch(lines, '--yes')).exit).toBe(4)
    const whole = await batch([...lines].reverse(), '--yes', '--atomic', '--json')
    expect(whole).toMatchObject({ exit: 4, stdout: '' })
    expect(whole.error()).toMatchObject({ code: 'line-answers-no', details: { line: 2 } })
    expect(await statusOf('amira@school.example')).toBe('active')
  })

  it('ends with CR, too, and is never read without an end', async () => {
    const stdin = 'users suspend amira@school.example\rusers suspend omar@school.example\r'
    expect(await world.run(['batch', '--yes'], { stdin })).toMatchObject({
      exit: 0,
      stderr: '2 lines done.\n',
    })
    const endless = await world.run(['batch', '--yes', '--json'], { stdin: `# ${'x'.repeat(1_100_000)}` })
    expect(endless).toMatchObject({ exit: 6 })
    expect(endless.error()).toMatchObject({ code: 'line-too-long' })
  })

  it('is one line, and counted once, where the two signs of its end come one by one', async () => {
    const stdin = ['users show amira@school.example\r', '\nusers show nobody@school.example\r', '\n']
    const ran = await world.run(['batch', '--json'], { stdin: stdin.map((text) => Buffer.from(text)) })
    const lines = ran.stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text).line)
    // The last document counts them.
    expect(lines.slice(0, -1)).toEqual([1, 2])
  })
})

describe('what is wrong far down in a long input', () => {
  // More than is read before the first lines are run.
  const comments = `# ${'x'.repeat(900_000)}\n`.repeat(19)

  it('is told line by line, and counted with what was not run', async () => {
    const stdin = [
      'users suspend amira@school.example\n',
      comments,
      "users suspnd omar@school.example\nusers show omar@school.example\nusers show 'omar\n",
      comments,
      '# the end\n\nusers show omar@school.example\n',
    ].join('')
    const ran = await world.run(['batch', '--yes', '--json'], { stdin })
    expect(ran.exit).toBe(9)
    const [done, unknown, open, summary] = documents(ran.stdout)
    expect(done).toMatchObject({ line: 1, exit: 0 })
    expect(unknown).toMatchObject({ line: 21, exit: 2, error: { code: 'unknown-command' } })
    expect(open).toMatchObject({ line: 23, exit: 2, error: { code: 'invalid-line' } })
    expect(summary).toMatchObject({ done: 1, refused: 2, left: 2 })
    expect((await world.run(['batch', '--yes'], { stdin })).stderr).toContain(
      '1 line done, 2 lines refused, 2 lines not run. It ended at line 21.',
    )
  })
})

describe('the head of the log that is gone', () => {
  it('is told of by all lines as one change', async () => {
    rmSync(world.headFile)
    const ran = await batch(['users suspend amira@school.example'], '--yes', '--atomic', '--json')
    expect(documents(ran.stdout).at(-1)).toMatchObject({ notices: [{ code: 'head-missing' }] })
  })

  it('is not noted again by a refusal, which says nothing of it', async () => {
    const head = world.headFile
    rmSync(head)
    const refused = await world.run([
      'centres',
      'create',
      'EG007',
      '--name',
      'Nile',
      '--country',
      'EG',
      '--as',
      'amira@school.example',
    ])
    expect(refused.exit).toBe(5)
    expect(existsSync(head)).toBe(false)
    expect((await world.run(['audit', 'list', '--kind', 'refusal', '--json'])).json()).toMatchObject({
      total: 1,
    })
  })
})
