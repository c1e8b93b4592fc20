import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wordsOfLine } from '../../src/cli/batch/parse-line.ts'
import { tree } from '../../src/cli/tree.ts'
import { newWorld, type World } from '../world.ts'

const omar = 'omar@nile.example'

let world: World
beforeAll(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'head@nile.example' })
  await world.centre('EG002', { name: 'Delta Academy' })
  await world.centre('00123', { name: 'Zero School' })
  await world.centre('CA001', {
    name: 'Delta Partners',
    kind: 'associate',
    coordinator: 'rana@delta.example',
  })
  await world.centre('50538', { name: 'Port School', associate: 'CA001' })
  await world.user(omar, { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
  await world.user('noor@nile.example', { centre: 'EG001', firstName: 'Noor', lastName: 'Aziz' })
})
afterAll(() => world.close())

/** The first line that is suggested for what was typed. */
async function firstSuggested(typed: readonly string[]): Promise<string | undefined> {
  const { exit, stderr } = await world.run([...typed, '--no-input'])
  if (exit === 0) return undefined
  const [, line] = /^hint: {2}Did you mean (?:this|one of these)\?\n {2}(ssh-admin .*)$/m.exec(stderr) ?? []
  return line?.replace(/ --no-input/, '')
}

/** What is said of the line when it is pasted, of a change without making it. */
async function pasted(line: string): Promise<{ exit: number; code: string }> {
  const words = [...wordsOfLine(line), '--no-input', '--json']
  const ran = await world.run([...words, '--dry-run'])
  const { exit, stderr, error } = stderrNamesDryRun(ran.stderr) ? await world.run(words) : ran
  return { exit, code: stderr === '' ? '' : error().code }
}

function stderrNamesDryRun(stderr: string): boolean {
  return stderr.includes("Unknown option '--dry-run'")
}

/** What the parser refuses: the line as it stands is none of the program's. */
const ofParser = [
  'unknown-command',
  'unknown-option',
  'excess-arguments',
  'missing-argument',
  'missing-mandatory-option-value',
  'option-missing-argument',
  'invalid-argument',
  'invalid-number',
  'invalid-person',
]

describe('a mistaken line', () => {
  it.each([
    ['50538', 'centres show 50538'],
    ['123', 'centres show 123'],
    ['00123', 'centres show 00123'],
    ['users lsit', 'users list'],
    [`users pni ${omar}`, `users pin ${omar}`],
    [`users ban ${omar}`, `users suspend ${omar}`],
    ['ban EG001', 'coordinator suspend EG001'],
    [`users rename ${omar} Omar Aziz`, `users edit ${omar} --first-name Omar --last-name Aziz`],
    [`audit show ${omar}`, `audit list --subject ${omar}`],
    [`audit list --user ${omar}`, `audit list --subject ${omar}`],
    ['users list --suspended', 'users list --status suspended'],
    ['users list --admin --centre EG001', 'users list --role admin --centre EG001'],
    ['mail list --failed', 'mail list --state failed'],
    ['mail bounced', 'mail list --state failed'],
    ['centres list --approved', 'centres list --status approved'],
    ['users list --name Said', 'users list Said'],
    [`users history ${omar}`, `audit list --subject ${omar}`],
    ['centres log EG001', 'audit list --subject EG001'],
    ['config get db', 'config get'],
    ['centres create EG003 Harbour --country EG', 'centres create EG003 --name Harbour --country EG'],
    ['centres edit EG001 name Nile', 'centres edit EG001 --name Nile'],
    ['centres edit EG001 town name', 'centres edit EG001 --town name'],
    [`users mkae-admin ${omar}`, `users edit --admin ${omar}`],
    [`make-admin ${omar}`, `users edit --admin ${omar}`],
    [`users earse ${omar}`, `users erase ${omar}`],
    [`suspned ${omar}`, `users suspend ${omar}`],
    [`unlock ${omar}`, `users restore ${omar}`],
    ['unlock EG001', 'coordinator restore EG001'],
    ['unlock Omar', 'users restore Omar'],
    ['EG001 delete', 'centres delete EG001'],
    ['EG001 users', 'users list --centre EG001'],
    ['EG001 coordinator', 'coordinator show EG001'],
    [`${omar} suspend`, `users suspend ${omar}`],
    [`${omar} move EG002`, `users move ${omar} --to EG002`],
    [`move ${omar} 00123`, `users move ${omar} --to 00123`],
    [`move ${omar} to EG002`, `users move ${omar} --to EG002`],
    ['users add zed@nile.example Zed Ali EG001', "users add 'Zed Ali <zed@nile.example>' --centre EG001"],
    ['users add Zed Ali zed@nile.example EG001', "users add 'Zed Ali <zed@nile.example>' --centre EG001"],
    ["add 'Zed Ali <zed@nile.example>' EG001", "users add 'Zed Ali <zed@nile.example>' --centre EG001"],
    [
      "users add 'Zed Ali <zed@nile.example>' to EG001",
      "users add 'Zed Ali <zed@nile.example>' --centre EG001",
    ],
    [
      "coordinator add 'Zed Ali <zed@nile.example>' EG002",
      "coordinator add EG002 'Zed Ali <zed@nile.example>'",
    ],
    ['Omar Said suspend', "users suspend 'Omar Said'"],
    ['suspend Delta Academy', "coordinator suspend 'Delta Academy'"],
    ['centres list --no-coordinator', 'centres list --without-coordinator'],
    ['Omar van der Berg suspend', "users suspend 'Omar van der Berg'"],
    ["'Omar Said' suspend", "users suspend 'Omar Said'"],
    ['Omar Said move EG002', "users move 'Omar Said' --to EG002"],
    ['Omar Said reset password', "users reset-password 'Omar Said'"],
    ['users Omar Said suspend', "users suspend 'Omar Said'"],
    ['users Omar Said block', "users suspend 'Omar Said'"],
    ['users Omar Said', "users show 'Omar Said'"],
    ['Nile Academy show', "centres show 'Nile Academy'"],
    ['centres Nile Academy delete', "centres delete 'Nile Academy'"],
    ['unsuspend Omar Said', "users restore 'Omar Said'"],
    // Whoever is called so is rather a person than a centre.
    ["unsuspend 'Omar Said'", "users restore 'Omar Said'"],
    ["delete 'Nile Academy'", "centres delete 'Nile Academy'"],
    [`coordinator ${omar} suspend`, `users show ${omar}`],
    ['coordinator EG001 suspend', 'coordinator suspend EG001'],
    [`suspend ${omar} EG001`, `users suspend ${omar}`],
    [`suspend EG001 ${omar}`, `users suspend ${omar}`],
    [`users suspend ${omar} EG001`, `users suspend ${omar}`],
    [`users suspend ${omar},noor@nile.example`, `users suspend ${omar} noor@nile.example`],
    ['transfer omar noor', 'users transfer omar --to noor'],
    ['users transfer omar noor', 'users transfer omar --to noor'],
    ['users transfer Omar Said', "users transfer 'Omar Said' --to EMAIL"],
    ['users pins EG001', 'users list --pin issued --centre EG001'],
    [`users pins ${omar}`, `users pin ${omar}`],
    [`who is ${omar}`, `users show ${omar}`],
    ['who is omar said?', "find 'omar said'"],
    ['whois omar', 'find omar'],
    ['who am i', 'whoami'],
    [`transfer ${omar} noor@nile.example`, `users transfer ${omar} --to noor@nile.example`],
    [`transfer ${omar} to noor@nile.example`, `users transfer ${omar} --to noor@nile.example`],
    [`change EG001 ${omar}`, `coordinator change EG001 --to ${omar}`],
    [`grant exams-officer ${omar}`, `roles grant ${omar} exams-officer`],
    ['withdraw June', 'releases withdraw June'],
    ['undo 1', 'centres imports undo 1'],
    ['undo import 1', 'centres imports undo 1'],
    ["rename EG001 'Nile School'", "centres edit EG001 --name 'Nile School'"],
    ['history EG001', 'audit list --subject EG001'],
    ['key-times EG001', 'key-times show EG001'],
    ['entries EG001', 'entries list --centre EG001'],
    ['releases June', 'releases show June'],
    ['templates account-set-up', 'templates show account-set-up'],
    ['backup', 'store backup FILE'],
    ['config smtp smtp://mail.example', 'config set smtp smtp://mail.example'],
    ['config delete db', 'config unset db'],
    ['config remove smtp', 'config unset smtp'],
    ['config reset mail-from', 'config unset mail-from'],
    ['ssh-admin users list', 'users list'],
    [`--as head@nile.example suspend ${omar}`, `--as head@nile.example users suspend ${omar}`],
    [`account forgotten-password ${omar}`, `account request ${omar}`],
    [`change-password ${omar}`, `users reset-password ${omar}`],
    ['event-logs --kind event --limit 2', 'audit list --kind event --limit 2'],
    ['audit events', 'audit list --kind event'],
    ['users --never-signed-in', 'users list --never-signed-in'],
    ['users --centre EG001', 'users list --centre EG001'],
    ['Nile Academy suspend', "coordinator suspend 'Nile Academy'"],
    ['Omar Said suspend', "users suspend 'Omar Said'"],
    ['Omar Said add-site test-maker', "users edit 'Omar Said' --add-site test-maker"],
    ['48210937', 'centres show NUMBER'],
    ['users list --inactive', 'users list --status invited,suspended'],
    ['users list --pending', 'users list --status invited'],
    ['mail list --bounced', 'mail list --state failed'],
    ['users centre EG001', 'users list --centre EG001'],
    [`users add-site ${omar} test-maker`, `users edit ${omar} --add-site test-maker`],
    [`users edit ${omar} --sites test-maker`, `users edit ${omar} --add-site test-maker`],
    [
      `users transfer ${omar} --all-sites --to noor@nile.example`,
      `users transfer ${omar} --to noor@nile.example`,
    ],
    ['resources list --tp', 'resources list --area tp'],
    [
      `centres import fixtures/none.xlsx --delete-extra ${omar}`,
      `centres import fixtures/none.xlsx --delete-user ${omar}`,
    ],
    [
      'centres import fixtures/none.xlsx --delete-missing EG002',
      'centres import fixtures/none.xlsx --delete-centre EG002',
    ],
    ['sites list', 'help roles'],
    ['errors entries', 'errors list --kind entry'],
    ['entry errors', 'errors list --kind entry'],
    ['key-time errors', 'errors list --kind key-time'],
    ['suspend EG001 --as rana@delta.example', 'coordinator suspend EG001 --as rana@delta.example'],
  ])('is answered with a line that the program takes: %s', async (typed, meant) => {
    const line = await firstSuggested(wordsOfLine(typed.replace(/^ssh-admin/, 'ssh-admin ssh-admin')))
    expect(line).toBe(`ssh-admin ${meant}`)
    const { exit, code } = await pasted(line ?? '')
    expect([0, 3, 4, 5, 6]).toContain(exit)
    expect(ofParser).not.toContain(code)
  })

  it('takes no workbook for a key, and says of a choice which there are', async () => {
    const { stderr } = await world.run(['centres', 'import', '--file', 'centres.xlsx'])
    expect(stderr).not.toContain('key-file')
    const choice = await world.run(['audit', 'list', '--kind', 'changes'])
    expect(choice.stderr).toContain("error: 'changes' is none of change, refusal, event.")
  })

  it('leaves out of the line to be filled in what is too much, and says so', async () => {
    const { stderr } = await world.run(['releases', 'create', 'X', '1'])
    expect(stderr).toContain("Too much: '1'.")
    expect(stderr).toContain('hint:\n  ssh-admin releases create X --opens MOMENT\n')
  })

  it.each([
    [
      "users add '-x Foo <x@nile.example>' --centre EG001 --admin",
      "What begins with - stands behind --: ssh-admin users add --centre EG001 --admin -- '-x Foo <x@nile.example>'",
    ],
    [
      "coordinator change --new '-x Foo <x@nile.example>' EG001 '-y@nile.example'",
      "What begins with - stands behind --: ssh-admin coordinator change --new '-x Foo <x@nile.example>' EG001 -- -y@nile.example",
    ],
    [
      "users transfer '-x@nile.example' --to noor@nile.example",
      'What begins with - stands behind --: ssh-admin users transfer --to noor@nile.example -- -x@nile.example',
    ],
    [
      "roles grant '- Omar Said' exams-officer --yes",
      "What begins with - stands behind --: ssh-admin roles grant --yes -- '- Omar Said' exams-officer",
    ],
    [
      "users add --admin -- '-x Foo <x@nile.example>' --centre EG001",
      "Did you mean this?\n  ssh-admin users add --admin --centre EG001 -- '-x Foo <x@nile.example>'",
    ],
  ])('says where what begins with a dash is to stand: %s', async (typed, hint) => {
    const { exit, stderr } = await world.run(wordsOfLine(typed))
    expect([exit, stderr]).toEqual([
      2,
      expect.stringContaining(`hint:  ${hint.replace('--: ', '--:\n  ')}\n`),
    ])
  })

  it.each([
    `coordinator remove EG001 ${omar} --yes`,
    `coordinator delete EG001 ${omar} --yes`,
    `coordinator delete ${omar} EG001`,
    `coordinator remvoe EG001 ${omar}`,
    `remove coordinator EG001 ${omar} --yes`,
    `delete coordinator ${omar} EG001`,
    `coordinator remove EG001 'Omar Said <${omar}>'`,
    `coordinator remove EG001 --to ${omar}`,
    `coordinator remove EG001 --to=${omar}`,
    `coordinator remove EG001 --new 'Omar Said <${omar}>'`,
    'coordinator remove EG001 Omar',
    'coordinator remove EG001 --to Omar',
  ])('never gives the office to whom it is to be taken from: %s', async (typed) => {
    const line = await firstSuggested(wordsOfLine(typed))
    expect(line).toBe('ssh-admin coordinator change EG001')
    const { exit, code } = await pasted(line ?? '')
    expect([exit, ofParser.includes(code)]).toEqual([2, false])
    expect(await firstSuggested(['coordinator', 'remove', omar])).toBe('ssh-admin coordinator change CENTRE')
  })

  it.each([
    // Somebody's, or a centre's, and it is not said whose.
    "add 'X' EG001",
    'users EG001 suspend',
    `rm ${omar}`,
    `remove ${omar} EG001`,
    'EG001 frobnicate',
    // Not administered here, or nobody's name.
    'test results delete',
    'frobnicate delete',
    'users frobnicate',
    // No setting is called so.
    'config frobnicate db',
    'config delete db hub.db',
    'export users all.csv',
  ])('is not guessed at where it is not surely meant: %s', async (typed) => {
    expect(await firstSuggested(wordsOfLine(typed))).toBeUndefined()
  })

  it('never leads to a line that the parser refuses, to another person, or to a verb that was not typed', async () => {
    const wrong: string[] = []
    for (const typed of mistakenLines()) {
      const line = await firstSuggested(typed)
      if (line === undefined) continue
      const words = wordsOfLine(line)
      const people = words.filter((word) => word.includes('@'))
      const { code } = await pasted(line)
      const isVerbTyped = typed.some((word) => words.includes(word) && !word.includes('@'))
      // Synonyms of adding somebody.
      const isAdding = words[1] === 'add' && (typed.includes('create') || typed.includes('import'))
      const isLook = ['show', 'list'].includes(words[1] ?? '')
      if (
        ofParser.includes(code) ||
        people.some((word) => !typed.some((one) => word.includes(one))) ||
        !(isVerbTyped || isLook || isAdding)
      )
        wrong.push(`${typed.join(' ')} -> ${line}: ${code}`)
    }
    expect(wrong).toEqual([])
  }, 120_000)
})

/** Every verb of what is about people and centres, with those in an order, or with words, that are not its own. */
function mistakenLines(): string[][] {
  const named = [[omar], ['EG001'], [omar, 'EG001'], ['EG001', omar]]
  return ['users', 'centres', 'coordinator', 'associates', 'roles'].flatMap((noun) => {
    const node = tree[noun]
    if (node === undefined || typeof node === 'function') return []
    return Object.keys(node.verbs).flatMap((verb) =>
      named.flatMap((words) => [
        [verb, ...words],
        [...words, verb],
        [noun, ...words, verb],
        [noun, verb, ...words],
      ]),
    )
  })
}

describe('what may be meant otherwise', () => {
  it.each([
    'who is the coordinator of EG001',
    'who is suspended',
    'who is signed in',
    'who is EG001',
    'who changed EG001',
    'transfer from omar',
    'transfer tests omar',
    'resend pin',
    'send password',
    'expired pin',
    'users pins EG001 CA001',
  ])('leads to no line: %s', async (typed) => {
    const { exit, stderr } = await world.run(typed.split(' '))
    expect([exit, stderr]).toEqual([
      2,
      expect.not.stringMatching(/(?:find|pin|password|--to|--centre) \S*\w+/),
    ])
  })
})

describe('the last import', () => {
  it.each([
    'users list --import last',
    'mail list --import latest',
    'centres imports show last',
    'centres imports undo last',
    'centres pins latest --out x.csv',
  ])('has a number, which a line finds: %s', async (typed) => {
    const { exit, stderr } = await world.run([...typed.split(' '), '--no-input'])
    expect([exit, stderr]).toEqual([2, expect.stringContaining('ssh-admin centres imports --limit 1\n')])
  })
})

describe('a name that is nearly right', () => {
  it.each([
    ['users list --status actve,invited', 'users list --status active,invited'],
    ['centres list --kind=schol', 'centres list --kind=school'],
    [
      'users edit omar@nile.example --add-role global-listning',
      'users edit omar@nile.example --add-role global-listening',
    ],
    ['templates reset invitatoin', 'templates reset invitation'],
    // As the office calls it.
    ['users list --role administrator', 'users list --role admin'],
    [
      'users edit omar@nile.example --add-role Administrator',
      'users edit omar@nile.example --add-role admin',
    ],
    ['users list --status disabled', 'users list --status suspended'],
    ['users list --status=pending', 'users list --status=invited'],
    ['users list --status undeleted', 'users list --status active'],
    ['centres list --status pending', 'centres list --status approved'],
    ['centres list --kind college', 'centres list --kind school'],
    ['users list --site hub', 'users list --site school-support-hub'],
    ['mail list --state pending', 'mail list --state queued'],
    ['releases list --state published', 'releases list --state released'],
    ['users list --sort email-address', 'users list --sort email'],
    [
      'roles check omar@nile.example users.suspnd sara@nile.example',
      'roles check omar@nile.example users.suspend sara@nile.example',
    ],
  ])('%s is said with the whole line', async (typed, meant) => {
    const { exit, stderr } = await world.run(typed.split(' '))
    expect([exit > 0, stderr]).toEqual([true, expect.stringContaining(`?\n  ssh-admin ${meant}\n`)])
  })

  it.each([
    ['users list --status inactive', 'invited, or suspended'],
    ['mail list --state unsent', 'queued, or written'],
    ['releases list --state unpublished', 'draft, or withdrawn'],
  ])('is one of several that a word may mean: %s', async (typed, meant) => {
    const { stderr } = await world.run(typed.split(' '))
    expect(stderr).toContain(`hint:  Did you mean ${meant}?\n`)
  })

  it.each([
    'users list --status unactive',
    'centres list --status inactive',
    'centres list --status undelted',
  ])('is none that says the opposite: %s', async (typed) => {
    const { stderr } = await world.run(typed.split(' '))
    expect(stderr).toMatch(/hint: {2}One of: .*active/)
  })

  it.each([
    ['audit list --kind changes', 'audit list --kind change'],
    ['audit list --kind=refused', 'audit list --kind=refusal'],
  ])('is one of the few that an option takes: %s', async (typed, meant) => {
    expect(await firstSuggested(typed.split(' '))).toBe(`ssh-admin ${meant}`)
  })

  it('is said alone where several are meant and something would be changed', async () => {
    const { stderr } = await world.run(['roles', 'check', 'omar@nile.example', 'suspend', 'EG001'])
    expect(stderr).toContain('Did you mean')
    expect(stderr).not.toContain('\n  ssh-admin')
  })
})

describe('a text that was typed without quotes', () => {
  it.each([
    [
      'centres create EG902 Test School --country Egypt',
      "centres create EG902 --name 'Test School' --country Egypt",
    ],
    ['centres edit EG001 --name Test School', "centres edit EG001 --name 'Test School'"],
    ['centres edit EG001 Test School', "centres edit EG001 --name 'Test School'"],
    [
      'centres edit EG001 --address 1 Nile Street --town Cairo',
      "centres edit EG001 --address '1 Nile Street' --town Cairo",
    ],
    ['coordinator add EG002 Zed Ali zed@nile.example', "coordinator add EG002 'Zed Ali <zed@nile.example>'"],
    [
      'coordinator add Delta School, Cairo Zed Ali zed@nile.example',
      "coordinator add CENTRE 'NAME <zed@nile.example>'",
    ],
    [
      'coordinator add EG002 Zed Ali <zed@nile.example>',
      "coordinator add EG002 'Zed Ali <zed@nile.example>'",
    ],
    [
      'coordinator change EG001 --new Zed Ali zed@nile.example',
      "coordinator change EG001 --new 'Zed Ali <zed@nile.example>'",
    ],
    ['releases edit 1 --name Listening June', "releases edit 1 --name 'Listening June'"],
    [`users edit ${omar} --first-name Omar Aziz`, `users edit ${omar} --first-name Omar --last-name Aziz`],
    [
      `users edit ${omar} --first-name Omar Ben Aziz`,
      `users edit ${omar} --first-name 'Omar Ben' --last-name Aziz`,
    ],
    [`users edit ${omar} --last-name van Berg`, `users edit ${omar} --last-name 'van Berg'`],
    [
      `users edit ${omar} --last-name Aziz --first-name Omar Ben`,
      `users edit ${omar} --last-name Aziz --first-name 'Omar Ben'`,
    ],
    [
      'users add --first-name Zed --last-name Ali --email zed@nile.example --centre EG001',
      "users add --centre EG001 'Zed Ali <zed@nile.example>'",
    ],
    [
      'coordinator add EG002 --name Zed --email zed@nile.example',
      "coordinator add EG002 'Zed <zed@nile.example>'",
    ],
    [
      'users add --name Zed Ali --email zed@nile.example --centre EG001',
      "users add --centre EG001 'Zed Ali <zed@nile.example>'",
    ],
    [
      'coordinator add --email zed@nile.example EG002 --first-name Zed Ben --last-name Ali',
      "coordinator add EG002 'Zed Ben Ali <zed@nile.example>'",
    ],
    ['users add --email zed@nile.example --centre EG001', 'users add --centre EG001 zed@nile.example'],
    // What stands behind = is the first of several words likewise.
    ['centres edit EG001 --name=Nile View School', "centres edit EG001 --name 'Nile View School'"],
    [`users edit ${omar} --first-name=Omar Aziz`, `users edit ${omar} --first-name Omar --last-name Aziz`],
    [
      'users add --name=Zed Ali --email=zed@nile.example --centre=EG001',
      "users add --centre EG001 'Zed Ali <zed@nile.example>'",
    ],
    [
      'coordinator change EG001 --new=Zed Ali zed@nile.example',
      "coordinator change EG001 --new 'Zed Ali <zed@nile.example>'",
    ],
    [
      'resources upload a.mp3 --title=Listening paper --kind other --series 2026-06',
      "resources upload a.mp3 --title 'Listening paper' --kind other --series 2026-06",
    ],
    ['users list --centr=EG001', 'users list --centre EG001'],
    ['users list --search=Omar Said Aziz', "users list --search 'Omar Said Aziz'"],
    // A centre, and somebody, by name.
    ['users list --centre Nile Academy School', "users list --centre 'Nile Academy School'"],
    ['users list --centre=Nile Academy', "users list --centre 'Nile Academy'"],
    ['users list omar --centre Nile Academy School', "users list omar --centre 'Nile Academy School'"],
    ['users list --centre EG001 Omar Said', "users list --centre EG001 'Omar Said'"],
    [`users move ${omar} --to Delta Academy`, `users move ${omar} --to 'Delta Academy'`],
    [`users move --to Delta Academy ${omar}`, `users move --to 'Delta Academy' ${omar}`],
    ['users transfer Omar Said --to Noor Aziz', "users transfer 'Omar Said' --to 'Noor Aziz'"],
    ['centres edit Nile Academy --town Cairo', "centres edit 'Nile Academy' --town Cairo"],
    ['centres edit Nile View School --town Cairo', "centres edit 'Nile View School' --town Cairo"],
    ['coordinator suspend Nile Academy', "coordinator suspend 'Nile Academy'"],
    [
      'resources upload a.mp3 --title Listening paper --kind other --series 2026-06',
      "resources upload a.mp3 --title 'Listening paper' --kind other --series 2026-06",
    ],
  ])('is one in the line that is suggested: %s', async (typed, meant) => {
    expect(await firstSuggested(typed.split(' '))).toBe(`ssh-admin ${meant}`)
  })

  it('is given no centre where a country was said', async () => {
    expect(await firstSuggested(['users', 'list', '--country', 'Egypt'])).toBeUndefined()
  })

  it('is parted behind a word that only schools have, and nowhere else', async () => {
    const typed = (name: string) => [
      'coordinator',
      'add',
      ...name.split(' '),
      'Zed',
      'Ali',
      'zed@nile.example',
    ]
    expect(await firstSuggested(typed('Delta Academy'))).toBe(
      "ssh-admin coordinator add 'Delta Academy' 'Zed Ali <zed@nile.example>'",
    )
    expect(await firstSuggested(typed('Nile View'))).toBe(
      "ssh-admin coordinator add CENTRE 'NAME <zed@nile.example>'",
    )
    const whole = ['coordinator', 'add', 'Delta', 'Academy', 'Zed Ali <zed@nile.example>']
    expect(await firstSuggested(whole)).toBe(
      "ssh-admin coordinator add 'Delta Academy' 'Zed Ali <zed@nile.example>'",
    )
  })

  it('stays one where more has to be filled in, and takes no file for a word of it', async () => {
    const hintOf = async (typed: string) => (await world.run([...typed.split(' '), '--json'])).error().hint
    expect(await hintOf('resources upload a.mp3 --title Listening paper --kind other')).toBe(
      "ssh-admin resources upload a.mp3 --title 'Listening paper' --kind other --json --series SERIES",
    )
    expect(await hintOf('resources upload --title Listening a.mp3 --kind other')).toBe(
      'ssh-admin resources upload --title Listening a.mp3 --kind other --json --series SERIES',
    )
    expect(await hintOf('resources upload --title Listening a --kind other --series 2026-06')).toBe(
      'Check the name and the folder.',
    )
  })

  it('is one for each person who is added', async () => {
    const { stderr } = await world.run('users add Zed Ali zed@nile.example --centre EG001'.split(' '))
    expect(stderr).toContain(":\n  ssh-admin users add 'Zed Ali <zed@nile.example>' --centre EG001\n")
  })
})

describe('a telephone number', () => {
  it.each([
    ['users edit omar@nile.example --phone 0123', 2],
    ['users add --telephone 0123 --centre EG001', 2],
    ['centres edit EG001 --tel 0123', 2],
    ['users show 0201234567', 4],
    ['users suspend +20-2-1234', 4],
  ])('is kept of nobody, which is said: %s', async (typed, exit) => {
    const ran = await world.run(typed.split(' '))
    expect(ran).toMatchObject({ exit, stderr: expect.stringContaining('Telephone numbers are not kept') })
  })

  it('that nobody and no centre has is told of where it was looked for', async () => {
    const found = async (text: string) =>
      (await world.run(['find', text], { terminal: { columns: 80 } })).stdout
    expect(await found('0201234567')).toContain('Telephone numbers are not kept.')
    expect(await found('nobody')).not.toContain('Telephone')
    // As most numbers of centres are.
    expect(await found('50599')).not.toContain('Telephone')
  })
})

describe('what a line lacks', () => {
  it.each([
    ['releases create June --opens now', 'releases create June --opens now --resource ID'],
    [
      'centres create EG009 --name Nile --country Egypt --kind associate-centre',
      'centres create EG009 --name Nile --country Egypt --kind associate-centre --associate CENTRE',
    ],
    ['key-times edit 1', 'key-times edit 1 --local-time HH:MM'],
    ['seed --centres 1 --users 1 --faults 2', 'seed --centres 1 --users 1 --faults 2 --xlsx FILE'],
    ['config edit', 'config edit --from FILE'],
    ['templates edit invitation', 'templates edit invitation --from FILE'],
  ])('%s is said with the whole line', async (typed, meant) => {
    const { exit, stderr } = await world.run(typed.split(' '))
    expect([exit, stderr]).toEqual([2, expect.stringMatching(new RegExp(` ssh-admin ${meant}\n$`))])
  })
})

describe('a password or a link that was typed', () => {
  it.each([
    'config smtp smtp://hub:Tiger99@mail.example',
    'config smtp=smtp://hub:Tiger99@mail.example',
    'config set smtp-password Tiger99',
    'config set postgres://hub:Tiger99@host.example/hub db',
    'store migrate postgres://hub:Tiger99@host.example/hub',
    'mail send smtp://hub:Tiger99@mail.example',
    `users reset-password ${omar} --pasword=Tiger99`,
    `account activate ${omar} --pin=Tiger99`,
    'seed --password Tiger99',
    'centres edit EG001 --name x https://hub.example/set-up/Tiger99',
    'centres edit EG001 x https://hub.example/set-up/Tiger99',
    'centres edit EG001 https://hub.example/set-up/Tiger99',
  ])('is not repeated: %s', async (typed) => {
    const plain = await world.run(typed.split(' '))
    const json = await world.run([...typed.split(' '), '--json'])
    expect(plain.exit).toBe(2)
    expect(plain.stderr + json.stdout + json.stderr).not.toContain('Tiger99')
  })
})

describe('a secret that was typed where it does not belong', () => {
  const link = 'https://hub.example/set-up/12.s3cret'
  const lines = [
    `users suspend Omar ${link}`,
    `users suspend ${omar} ${link} --yes`,
    `users show ${link}`,
    `users show ${link} --as ${omar}`,
    `users list --role ${link}`,
    `roles grant ${omar} ${link}`,
    `centres show ${link}`,
    `centres import ${link}`,
    `mail show ${link}`,
    `whoami --as ${link}`,
    `${link}`,
    `help ${link}`,
    `users pin ${omar} 48210937`,
    `users pin ${omar} 4821 0937`,
    `users list --pin=48210937`,
    `users list --pin issued,48210937`,
    `users pni ${omar} 48210937`,
    `users show 48210937`,
    `suspend Omar 48210937`,
    `account activate ${omar} 48210937`,
    `account activate ${omar} --pin 48210937`,
    `account verify ${omar} 482109`,
    `account sign-in ${omar} Tiger99`,
    `account sign-in Omar Tiger99`,
    `account sign-in Tiger99`,
    `account setup ${omar} Tiger99`,
    `users reset-password ${omar} Tiger99`,
    `users reset-password ${omar} --new-password=Tiger99`,
    `users change-password ${omar} Tiger99`,
    `users set-password ${omar} Tiger99`,
    `password ${omar} Tiger99`,
    `change password ${omar} Tiger99`,
    `reset password Omar Tiger99`,
    `users edit ${omar} password Tiger99`,
    `config password Tiger99`,
    `users suspend Omar abcd-EFGH-2345-wxyz`,
  ]
  const secret = /s3cret|4821|0937|482109|Tiger99|EFGH/

  it.each(lines)('is not told again, in words or as JSON: %s', async (typed) => {
    for (const more of [[], ['--json'], ['--debug']]) {
      const { exit, stdout, stderr } = await world.run([...typed.split(' '), '--no-input', ...more])
      expect([exit > 0, (stdout + stderr).replace(/^ +at .*$/gm, '')]).toEqual([
        true,
        expect.not.stringMatching(secret),
      ])
    }
  })

  it('is not told again by a batch of such lines, nor by one that is one change', async () => {
    for (const how of [[], ['--keep-going'], ['--atomic']])
      for (const form of [[], ['--json']]) {
        const all = await world.run(['batch', ...how, ...form], { stdin: lines.join('\n') })
        expect([all.exit > 0, all.stdout + all.stderr]).toEqual([true, expect.not.stringMatching(secret)])
        for (const line of [
          `users suspend ${omar} ${link} --yes`,
          `users reset-password ${omar} Tiger99 --yes`,
        ]) {
          const { exit, stdout, stderr } = await world.run(['batch', ...how, ...form], { stdin: line })
          expect([exit > 0, stdout + stderr]).toEqual([true, expect.not.stringMatching(secret)])
        }
      }
  })

  it('is not told again where it was read from stdin, and is in no event of the log', async () => {
    const { stderr } = await world.run(['users', 'suspend', '-', '--yes'], { stdin: `${omar}\n${link}\n` })
    expect(stderr).toContain('hub.example/set-up/***')
    // Digests and seals are chance, in which any four digits may stand.
    const log = await world.rows('select operator, action, command, facts, personal from audit')
    expect(log.length).toBeGreaterThan(0)
    expect(JSON.stringify(log).replace(/\b[0-9a-f]{64}\b/g, '')).not.toMatch(secret)
  })

  it('is left out of the line that is suggested', async () => {
    expect(await firstSuggested(['reset', 'password', omar, 'Tiger99'])).toBe(
      `ssh-admin users reset-password ${omar}`,
    )
    expect(await firstSuggested(['users', 'pin', omar, '4821', '0937'])).toBe(`ssh-admin users pin ${omar}`)
  })

  it.each([
    ['users show 50539', '50539'],
    ['centres show 12345678', '12345678'],
    ['users show +20-2-123456', '+20-2-123456'],
    ['users reset-password user-10 user-11 --yes', 'user-10'],
    [`users move ${omar} --to 12345678 --yes`, '12345678'],
  ])('is not taken for one where it is a number or a name: %s', async (typed, told) => {
    expect((await world.run(typed.split(' '))).stderr).toContain(told)
  })
})
