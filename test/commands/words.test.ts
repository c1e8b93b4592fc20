import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tree } from '../../src/cli/tree.ts'
import { positionsIn } from '../../src/cli/typed-line.ts'
import { replaceSynonyms } from '../../src/cli/words.ts'
import { distanceOfAddresses } from '../../src/db/users/closest.ts'
import { newWorld, type World } from '../world.ts'

const omar = 'omar@nile.example'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'head@nile.example' })
  await world.centre('EG002', { name: 'Delta Academy' })
  await world.user(omar, { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
})
afterEach(() => world.close())

describe('the words that people bring', () => {
  it('are none of those of the program: what is typed in them stays as it is', () => {
    const commands = Object.entries(tree).flatMap(([noun, node]) =>
      typeof node === 'function' ? [] : Object.keys(node.verbs).map((verb) => [noun, verb]),
    )
    expect(commands.length).toBeGreaterThan(50)
    for (const words of commands) expect(replaceSynonyms(words, positionsIn(words))).toEqual(words)
  })

  it.each([
    ['users unsuspend omar@nile.example', 'users restore omar@nile.example'],
    ['users enable omar@nile.example', 'users restore omar@nile.example'],
    ['centres undelete EG001', 'centres restore EG001'],
    ['users ls', 'users list'],
    ['users find omar', 'users list omar'],
    ['user search omar', 'users list omar'],
    ['center get EG001', 'centres show EG001'],
    ['centre view EG001', 'centres show EG001'],
    ['search omar', 'find omar'],
    ['centres upload fixtures/none.xlsx', 'centres import fixtures/none.xlsx'],
    ['import fixtures/none.xlsx', 'centres import fixtures/none.xlsx'],
    ['centres add EG009 --name Red --country EG', 'centres create EG009 --name Red --country EG'],
    ['reset-password omar@nile.example --yes', 'users reset-password omar@nile.example --yes'],
    ['--quiet users get omar@nile.example', 'users show omar@nile.example --quiet'],
    ['help center upload', 'help centres import'],
    ['user --help', 'users --help'],
    ['list users', 'users list'],
    ['show centre EG001', 'centres show EG001'],
    ['search users omar', 'users list omar'],
    ['teachers filter omar', 'users list omar'],
    ['key times list', 'key-times list'],
    ['progression tests --help', 'progression-tests --help'],
    ['help help documents', 'help help-documents'],
    ['event-logs list --format count', 'audit list --format count'],
    ['users resend omar@nile.example --yes', 'users reset-password omar@nile.example --yes'],
    ['account --help', 'account --help'],
    ['users password-reset omar@nile.example --yes', 'users reset-password omar@nile.example --yes'],
  ])('are understood: %s', async (typed, meant) => {
    const one = await world.run(typed.split(' '))
    const fresh = newWorld()
    await fresh.centre('EG001', { name: 'Nile Academy', coordinator: 'head@nile.example' })
    await fresh.centre('EG002', { name: 'Delta Academy' })
    await fresh.user(omar, { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
    const other = await fresh.run(meant.split(' '))
    await fresh.close()
    const comparable = ({ exit, stdout }: typeof one) => [exit, stdout.replaceAll(/[\w-]+\.eml/g, '')]
    expect(comparable(one)).toEqual(comparable(other))
    expect(one.stderr).not.toContain('has no command')
  })

  it.each([['find users'], ['find centres']])('are what is looked for, where that is asked: %s', (typed) => {
    const argv = typed.split(' ')
    expect(replaceSynonyms(argv, positionsIn(argv))).toEqual(argv)
  })

  it.each([
    ['--wait 5'],
    ['--as staff'],
    ['--db STORE'],
    ['--key-file hub.db.key'],
    ['--smtp smtp://mail.example'],
    ['--mail-dir mail'],
  ])('are none of the values of what stands before the noun: %s', async (option) => {
    const words = option.replace('STORE', world.db).split(' ')
    const ran = await world.run([...words, 'centres', 'list', '--format', 'ids'])
    expect([ran.exit, ran.stdout.trim().split('\n')]).toEqual([0, ['EG001', 'EG002']])
  })

  it('restore no store from a backup that somebody would have unblocked', async () => {
    expect(await world.run(['store', 'unblock', 'hub-backup.db'])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("ssh-admin store has no command 'unblock'."),
    })
  })

  it.each([
    ['teachers list', 'Administrators and coordinators are listed too.'],
    ['schools list', 'Associates are listed too.'],
  ])('say at a terminal who else is listed: %s', async (typed, also) => {
    const argv = typed.split(' ')
    const { stdout, stderr } = await world.run(argv, { terminal: true })
    expect(stdout + stderr).toContain(also)
    const whole = await world.run(argv)
    expect(whole.stdout + whole.stderr).not.toContain(also)
  })

  it('lead to the command of another noun: a centre is activated by its coordinator', async () => {
    const argv = ['centres', 'activate', 'EG002', 'Rana Aziz <rana@delta.example>', '--yes']
    expect(await world.run(argv)).toMatchObject({ exit: 0 })
    expect(await world.account('rana@delta.example')).toMatchObject({ hubRole: 'coordinator' })
    const activating = await world.run(['users', 'activate', omar], {
      stdin: '1234 5678\nquiet afternoon in Aswan\n',
    })
    expect(activating.stderr).not.toContain('has no command')
  })

  it.each([
    ['users disable omar@nile.example', 'ssh-admin users suspend omar@nile.example'],
    ['user block omar@nile.example', 'ssh-admin users suspend omar@nile.example'],
    ['centres rm EG001 --yes', 'ssh-admin centres delete EG001 --yes'],
    ['suspend omar@nile.example', 'ssh-admin users suspend omar@nile.example'],
    ['suspend user omar@nile.example --yes', 'ssh-admin users suspend omar@nile.example --yes'],
    ['disable teacher omar@nile.example', 'ssh-admin users suspend omar@nile.example'],
    ['centres suspend EG001', 'ssh-admin coordinator suspend EG001'],
    ['users suspnd omar@nile.example --yes', 'ssh-admin users suspend omar@nile.example --yes'],
    ['users list --centr EG001', 'ssh-admin users list --centre EG001'],
    ["users suspnd 'it is'", "ssh-admin users suspend 'it is'"],
    ['block omar@nile.example --yes', 'ssh-admin users suspend omar@nile.example --yes'],
    ['lock EG001', 'ssh-admin coordinator suspend EG001'],
    ['rm EG001', 'ssh-admin centres delete EG001'],
    ['centres omar@nile.example', 'ssh-admin users show omar@nile.example'],
    ['coordinator omar@nile.example', 'ssh-admin users show omar@nile.example'],
    ['unsuspend omar@nile.example', 'ssh-admin users restore omar@nile.example'],
    ['restore omar@nile.example', 'ssh-admin users restore omar@nile.example'],
    ['reset omar@nile.example', 'ssh-admin users reset-password omar@nile.example'],
    ['password reset omar@nile.example', 'ssh-admin users reset-password omar@nile.example'],
    ['resend omar@nile.example', 'ssh-admin users reset-password omar@nile.example'],
    ['users omar@nile.example suspend', 'ssh-admin users suspend omar@nile.example'],
    ['omar@nile.example', 'ssh-admin users show omar@nile.example'],
    ['EG001', 'ssh-admin centres show EG001'],
    ['centre EG001', 'ssh-admin centres show EG001'],
    ['users EG001', 'ssh-admin users list --centre EG001'],
  ])(
    'are suggested where they would take something away, with all that was typed: %s',
    async (line, meant) => {
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
      const ran = await world.run([...words, '--json'])
      expect(ran.exit).toBe(2)
      expect(ran.error().hint).toContain(`${meant} --json`)
      expect((await world.account(omar))?.status).toBe('active')
    },
  )

  it('never lead to the opposite', async () => {
    const ran = await world.run(['associates', 'unasign', omar, 'EG001', '--json'])
    expect(ran.error().details).toEqual({ candidates: ['unassign'] })
    expect((await world.run(['associates', 'unlist', '--json'])).error().details).toEqual({ candidates: [] })
  })

  it('are taken for an address that there is, with the line to paste', async () => {
    const ran = await world.run(['users', 'show', 'omra@nile.example', '--json'])
    expect(ran.error().hint).toContain('\n  ssh-admin users show omar@nile.example --json')
    const centre = await world.run(['centres', 'show', 'EG01', '--json'])
    expect(centre.error().hint).toContain('\n  ssh-admin centres show EG001 --json')
  })
})

describe('people who are added', () => {
  it('may come as a mail program copies them', async () => {
    const copied = 'Sami Ali <sami@nile.example>; Lina Farid <lina@nile.example>,'
    const ran = await world.run(['users', 'add', copied, '--centre', 'EG001', '--json'])
    expect(ran.exit).toBe(0)
    expect(await world.account('lina@nile.example')).toMatchObject({ firstName: 'Lina', lastName: 'Farid' })
    expect(await world.account('sami@nile.example')).toBeDefined()
  })
})

describe('what commander complains of', () => {
  it.each([
    [
      'users transfer a@b.example c@d.example',
      "Too many arguments for 'transfer'. Expected 1 argument but got 2.",
    ],
    ['resources upload x.wav', 'It needs --title, --kind and --series.'],
    ['progression-tests list', "It needs --owner: the teacher's address or name."],
    ['key-times edit Egypt', "'Egypt': it takes the number of a Key Time."],
    [
      'centres imports show last',
      "'last': it takes the number of an import, which ssh-admin centres imports lists.",
    ],
    ['users add Amira --centre EG001', "'Amira' is not an address: name@school.example."],
    ['whoami --as amira', "'amira' is not an address: name@school.example."],
    ['users show a@b', "'a@b' has a domain without a dot."],
    ['coordinator add EG001 Amira', "'Amira' has no address: 'Amira Haddad <amira@school.example>'."],
    [
      'audit list --since monday',
      "--since 'monday': it takes a day such as 2026-03-01, today or yesterday, a time such as 2026-03-01T09:30, or how long ago: 30m, 2h, 3d, 1w.",
    ],
    ['users list --limit many', "--limit 'many': it takes a whole number."],
    ['users list --limit 0', '--limit 0: it takes at least 1.'],
    ['users list --wait soon', "--wait 'soon': it takes a number of seconds."],
  ])('is said once, and whole: %s', async (line, said) => {
    expect((await world.run([...line.split(' '), '--json'])).error().message).toBe(said)
  })
})

describe('a suggestion', () => {
  it.each([
    ['users move omar@nile.example --centre EG002', 'ssh-admin users move omar@nile.example --to EG002'],
    [
      'users move --centre --yes omar@nile.example',
      'ssh-admin users move --to CENTRE --yes omar@nile.example',
    ],
    ['users transfer omar@nile.example', 'ssh-admin users transfer omar@nile.example --to EMAIL'],
    ['centres create', 'ssh-admin centres create CENTRE --name NAME --country COUNTRY'],
    ['roles check omar@nile.example suspend EG001', 'Did you mean users.suspend, or coordinator.suspend?'],
    ['centres list --country Eygpt', 'Did you mean Egypt?\n  ssh-admin centres list --country Egypt'],
    ['centres list --country Frnace', 'Did you mean France?\n  ssh-admin centres list --country France'],
    ['audit show 3', 'ssh-admin audit --help lists them.'],
  ])('says what is to be typed: %s', async (line, hint) => {
    const said = (await world.run([...line.split(' '), '--json'])).error().hint
    expect(said?.replace(' --json', '')).toBe(hint)
  })

  it('names who may be meant, and is no line to paste where it would do something to them', async () => {
    for (const argv of [
      ['users', 'suspend', 'omra@nile.example', '--yes', '--json'],
      ['centres', 'delete', 'EG01', '--yes', '--json'],
    ]) {
      const { hint } = (await world.run(argv)).error()
      expect(hint ?? '').not.toContain('ssh-admin')
    }
  })

  it.each(['EG011', 'EG003', 'EG010', 'AG001', 'OM123', 'IL01', 'LO12', 'M0123', '1I538'])(
    'is no other centre: %s',
    async (number) => {
      for (const there of ['MO123', 'LI01', '1012', 'LI538'])
        await world.centre(there, { name: 'Port School' })
      const ran = await world.run(['centres', 'show', number, '--json'])
      expect(ran).toMatchObject({ exit: 4 })
      expect(ran.error().details.candidates).toEqual([])
    },
  )

  it.each([
    ['s restore sara@nile.example', 'ssh-admin --help lists them.'],
    ['delete sara@nile.example', 'Did you mean this?\n  ssh-admin users delete sara@nile.example --json'],
    ['resources delete 1', 'Did you mean this?\n  ssh-admin resources withdraw 1 --json'],
    ['users grant a@b.example admin', 'Did you mean this?\n  ssh-admin roles grant a@b.example admin --json'],
    ['user make-admin a@b.example', 'Did you mean this?\n  ssh-admin users edit --admin a@b.example --json'],
    ['account login a@b.example', 'Did you mean this?\n  ssh-admin account sign-in a@b.example --json'],
    ['account set-password a@b.example', 'Did you mean this?\n  ssh-admin account set-up a@b.example --json'],
    ['errors list --kind entries', 'Did you mean entry?\n  ssh-admin errors list --kind entry --json'],
    ['key-times export', 'Did you mean this?\n  ssh-admin key-times list --format csv --json'],
    ['entries export', 'Did you mean this?\n  ssh-admin entries list --format csv --json'],
    ['roles export', 'ssh-admin roles --help lists them.'],
    ['audit import', 'ssh-admin audit --help lists them.'],
    ['users import u.xlsx', 'Did you mean this?\n  ssh-admin users add --from u.xlsx --json'],
    ['centres undo 3', 'Did you mean this?\n  ssh-admin centres imports undo 3 --json'],
    [
      'upload centres.xlsx',
      'Did you mean one of these?\n  ssh-admin centres import centres.xlsx --json\n  ssh-admin resources upload centres.xlsx --json --title TITLE --kind KIND --series SERIES\n  ssh-admin help-documents upload centres.xlsx --json --title TITLE',
    ],
    [
      'upload letter.pdf',
      'Did you mean one of these?\n  ssh-admin resources upload letter.pdf --json --title TITLE --kind KIND --series SERIES\n  ssh-admin help-documents upload letter.pdf --json --title TITLE',
    ],
    [
      'users transfer a@b.example c@d.example',
      'Did you mean this?\n  ssh-admin users transfer a@b.example --to c@d.example --json',
    ],
    ['users move a@b.example EG001', 'ssh-admin users move a@b.example --to EG001 --json'],
    ['users move Omar Said EG003', "ssh-admin users move 'Omar Said' --to EG003 --json"],
    ['users move a@b.example Omar EG003', 'ssh-admin users move a@b.example Omar --to EG003 --json'],
    ['users move a@b.example Nile View', "ssh-admin users move a@b.example --to 'Nile View' --json"],
    ['users show Amira Haddad', "Did you mean this?\n  ssh-admin users show 'Amira Haddad' --json"],
    [
      'resources upload x.wav --kind other',
      'ssh-admin resources upload x.wav --kind other --json --title TITLE --series SERIES',
    ],
    ['progression-tests list Amira Haddad', "ssh-admin progression-tests list --json --owner 'Amira Haddad'"],
    [
      'progression-tests list --associate=EG001',
      'ssh-admin progression-tests list --associate EG001 --json --owner EMAIL',
    ],
    ['users move Omar Said --centr EG003', 'ssh-admin users move Omar Said --centr EG003 --json --to CENTRE'],
    [
      'users edit a@b.example --name "Bo Ek Ström"',
      "Did you mean this?\n  ssh-admin users edit a@b.example --first-name Bo --last-name 'Ek Ström' --json",
    ],
    ...[
      ['users new-pin a@b.example', 'users pin a@b.example --json'],
      ['new-pin a@b.example', 'users pin a@b.example --json'],
      ['users forget a@b.example', 'users erase a@b.example --json'],
      ['forget a@b.example', 'users erase a@b.example --json'],
      ['users anonymise a@b.example', 'users erase a@b.example --json'],
      ['anonymize a@b.example', 'users erase a@b.example --json'],
      ['mail retry', 'mail send --json'],
      ['mail flush', 'mail send --json'],
      ['mail queue', 'mail list --state queued --json'],
      ['store rotate-key', 'store rekey --json'],
      ['rotate-key', 'store rekey --json'],
      ['roles holders exams-officer', 'users list --role exams-officer --json'],
      ['roles grant a@b.example --revoke exams-officer', 'roles revoke a@b.example exams-officer --json'],
      ['coordinator replace EG001', 'coordinator change EG001 --json'],
      ['coordinator replace EG001 a@b.example', 'coordinator change EG001 --json'],
      ['coordinator replace EG001 --to a@b.example', 'coordinator change EG001 --to a@b.example --json'],
      ['centres close EG001', 'centres delete EG001 --json'],
      ['centres reopen EG001', 'centres restore EG001 --json'],
      ['centres pins 1 --void', 'centres pins 1 --renew --json'],
      ['config list', 'config show --json'],
      ['users show omar --centre EG001', 'users list omar --centre EG001 --json'],
    ].map(([line, meant]) => [line, `Did you mean this?\n  ssh-admin ${meant}`]),
    ['roles holders', 'Who holds a role: ssh-admin users list --role ROLE'],
    ...['account unlock', 'users unlock', 'unlock'].map((words) => [
      `${words} a@b.example`,
      'Did you mean one of these?\n  ssh-admin users restore a@b.example --json\n  ssh-admin users reset-password a@b.example --json',
    ]),
    ...[
      'users pin a@b.example --void',
      'users pin a@b.example --revoke',
      'users void-pin a@b.example',
      'void-pin a@b.example',
    ].map((line) => [
      line,
      'A PIN is void once a newer one is issued (ssh-admin users pin a@b.example), a link once a newer message is sent (ssh-admin users reset-password a@b.example); both, once their owner is suspended (ssh-admin users suspend a@b.example).',
    ]),
    ['close a@b.example', 'ssh-admin --help lists them.'],
    ['users print', 'Did you mean this?\n  ssh-admin users list --format csv --json'],
    ['centres print', 'Did you mean this?\n  ssh-admin centres list --format csv --json'],
    ['users list --csv', 'Did you mean this?\n  ssh-admin users list --format csv --json'],
    ['users list --print', 'A list goes into a file so: ssh-admin users list --json --format csv > FILE'],
    ['audit list --who tester', 'Did you mean this?\n  ssh-admin audit list --actor tester --json'],
    [
      'centres add-user EG001 a@b.example',
      'Did you mean this?\n  ssh-admin users add --centre EG001 a@b.example --json',
    ],
    ...['centres missing', 'centres delete-missing', 'users extra'].map((line) => [
      line,
      'An import shows who is missing from its workbook or extra, and deletes them when you say so: ssh-admin centres import FILE --dry-run.',
    ]),
    [
      'resources publish 1',
      'Did you mean this?\n  ssh-admin releases create --resource 1 --json --opens MOMENT NAME',
    ],
    ['key-times add', 'Did you mean this?\n  ssh-admin key-times import --json FILE'],
    ['entries add', 'Did you mean this?\n  ssh-admin entries import --json FILE'],
    ['templates replace invitation', 'Did you mean this?\n  ssh-admin templates edit invitation --json'],
    ['progression-tests list a@b.example', 'ssh-admin progression-tests list --owner a@b.example --json'],
    ['coordinator add zed@nile.example', 'ssh-admin coordinator add CENTRE zed@nile.example --json'],
    ['activate EG001', "ssh-admin coordinator add EG001 'Name <email>' --json"],
    [
      'users edit a@b.example --role teacher',
      'Did you mean this?\n  ssh-admin users edit a@b.example --add-role teacher --json',
    ],
    [
      'resources list --out list.csv',
      'A list goes into a file so: ssh-admin resources list --json --format csv > list.csv',
    ],
    [
      'users add Omar Said omar@nile.example',
      "A name and its address are one, in quotes: ssh-admin users add 'Omar Said <omar@nile.example>' --json",
    ],
    [
      'users suspen 1 --smtp smtp://u:word@h.example',
      "Did you mean this?\n  ssh-admin users suspend 1 --smtp 'smtp://u:***@h.example' --json",
    ],
    [
      'users suspen 1 --smtp=smtp://u:word@h.example',
      "Did you mean this?\n  ssh-admin users suspend 1 '--smtp=smtp://u:***@h.example' --json",
    ],
    ['resources rm 1', 'Did you mean this?\n  ssh-admin resources withdraw 1 --json'],
    ['releases delete June', 'Did you mean this?\n  ssh-admin releases withdraw June --json'],
    ['releases rm June', 'Did you mean this?\n  ssh-admin releases withdraw June --json'],
    ['releases unpublish June', 'Did you mean this?\n  ssh-admin releases withdraw June --json'],
    ['releases open June', 'Did you mean this?\n  ssh-admin releases publish June --json'],
    ['key-times delete 1', 'Did you mean this?\n  ssh-admin key-times edit --remove 1 --json'],
    ['key-times rm 1', 'Did you mean this?\n  ssh-admin key-times edit --remove 1 --json'],
  ])('leads to the command that was meant: %s', async (line = '', hint = '') => {
    const ran = await world.run([
      ...(line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', '')),
      '--json',
    ])
    expect(ran).toMatchObject({ exit: 2 })
    expect(ran.error().hint).toBe(hint)
  })

  it('take nobody for the person who is not said, and neither for whom it is done', async () => {
    const without = await world.run(['users', 'edit', '--add-site'])
    expect(without.stderr).toContain('hint:\n  ssh-admin users edit --add-site SITE\n')
    const behind = await world.run(['users', 'show', '50538', 'Omar', '--as', 'head@nile.example'])
    expect(behind.stderr).not.toContain('ssh-admin users show Omar')
  })

  it.each([
    ['activate EG900', 'answer-needed'],
    ['users unblock nobody@nile.example', 'user-not-found'],
    ['users forgot nobody@nile.example', 'user-not-found'],
    ['users reactivate nobody@nile.example', 'user-not-found'],
    ['resources import nothing.mp3 --title T --kind other --series 2026-06', 'file-'],
    ['resources add nothing.mp3 --title T --kind other --series 2026-06', 'file-'],
    ['help-documents add nothing.pdf --title T', 'file-'],
  ])('is not needed where another word is understood: %s', async (line, code) => {
    const ran = await world.run([...line.split(' '), '--json', '--yes'])
    expect(ran.error().code).toContain(code)
  })
})

describe('an address that was mistyped', () => {
  it.each([
    ['amria@school.example', 'amira@school.example'],
    ['amirra@school.example', 'amira@school.example'],
    ['mohamed.ali@school.example', 'mohammed.ali@school.example'],
    ['0mar@school.example', 'omar@school.example'],
    ['amira@shcool.example', 'amira@school.example'],
    ['a.b@school.exampl', 'a.b@school.example'],
  ])('may be %s for %s', (typed, there) => {
    expect(distanceOfAddresses(typed, there)).toBeTypeOf('number')
  })

  it.each([
    ['omar@school.example', 'amir@school.example'],
    ['sara@school.example', 'lara@school.example'],
    ['ali@school.example', 'eli@school.example'],
    ['teacher1@school.example', 'teacher2@school.example'],
    ['amira@school.example', 'amira@another.example'],
    ['amir@school.example', 'amira@school.example'],
    ['maria@school.example', 'mariam@school.example'],
    ['maria.khan@school.example', 'mariam.khan@school.example'],
    ['christine@school.example', 'christina@school.example'],
    ['ana@school.example', 'anna@school.example'],
    ['teacher12@school.example', 'teacher1l@another.example'],
    ['anna@school.example', 'anne@school.example'],
    ['a.khat@school.example', 'a.khan@school.example'],
    ['head@school13.example', 'head@school12.example'],
  ])('is no stranger at the same domain: %s for %s', (typed, there) => {
    expect(distanceOfAddresses(typed, there)).toBeUndefined()
  })
})

describe('an address or a number with what stood around it where it was copied', () => {
  it.each([
    [['users', 'show', 'omar@nile.example,'], 'users show omar@nile.example'],
    [['users', 'show', '<omar@nile.example>'], 'users show omar@nile.example'],
    [['users', 'show', 'mailto:omar@nile.example'], 'users show omar@nile.example'],
    [['users', 'show', 'mailto:omar@nile.example?subject=Hello, Omar'], 'users show omar@nile.example'],
    [['users', 'show', 'omar @nile.example'], 'users show omar@nile.example'],
    [['users', 'list', '--as', 'omar@nile.example;'], 'users list --as omar@nile.example'],
    [
      ['users', 'suspend', 'Omar Said <omar@nile.example>', '--dry-run'],
      'users suspend omar@nile.example --dry-run',
    ],
    [
      ['users', 'transfer', 'Omar <omar@nile.example>', '--to', 'Noor <noor@nile.example>'],
      'users transfer omar@nile.example --to noor@nile.example',
    ],
    [
      ['users', 'suspend', 'omar@nile.example,', 'noor@nile.example;', '--yes'],
      'users suspend omar@nile.example noor@nile.example --yes',
    ],
    [['centres', 'show', 'EG900,'], 'centres show EG900'],
    [['centres', 'show', '50538.0'], 'centres show 50538'],
  ])('is answered with the whole line without it: %j', async (argv, line) => {
    const { exit, stderr } = await world.run(argv)
    expect([exit > 0, stderr]).toEqual([
      true,
      expect.stringContaining(`Did you mean this?\n  ssh-admin ${line}\n`),
    ])
  })

  it.each([
    [['users', 'suspend', 'omar@nile.example,', 'nobody-is@nile.example', '--yes']],
    [['users', 'add', 'Omar Said <omar@nile.example>', 'omar', '--centre', 'EG900']],
    [['users', 'show', 'omar@nile,example']],
    [['users', 'show', '<omar@nile>']],
    [['users', 'show', '<omar..said@nile.example>']],
    [['users', 'show', '-omar@nile.example,']],
  ])('is not where something else stands in the way, or it may be another: %j', async (argv) => {
    const { exit, stderr } = await world.run(argv)
    expect([exit > 0, stderr]).toEqual([true, expect.not.stringContaining('Did you mean')])
  })
})

describe('an option that was mistyped', () => {
  it.each([
    ['users edit omar@nile.example --rm-role exams-officer', '--add-role'],
    ['centres import roster.csv --no-delete-missing', '--delete-missing'],
    ['users delete omar@nile.example --no-suspend', ' --suspend'],
    ['centres create EG001 --nomissing', '--if-missing'],
    ['centres import centres.xlsx --ignore-deletes', '--restore-deleted'],
    ['users edit a@b.example --hiderole teacher', '--add-role'],
  ])('is never taken for the opposite: %s', async (line, opposite) => {
    const ran = await world.run(line.split(' '))
    expect(ran.exit).toBe(2)
    expect(ran.stderr).not.toContain(opposite)
  })

  const negations = 'no not non un dis de without never dont skip exclude hide omit ignore stop deny disable'
  it.each(negations.split(' '))('is never taken for what it says shall not be: --%s…', async (word) => {
    for (const [command, option] of [
      ['users edit omar@nile.example', 'site'],
      ['users edit omar@nile.example', 'role'],
      ['centres edit EG001', 'british-concil'],
      ['centres import roster.csv', 'delete-missing'],
    ] as const)
      for (const typed of [`--${word}${option}`, `--${word}-${option}`]) {
        const { candidates } = (await world.run([...command.split(' '), typed, '--json'])).error().details
        const affirming = [candidates].flat().filter((name) => !String(name).startsWith('--no-'))
        expect([typed, affirming]).toEqual([typed, []])
      }
    const edited = await world.run(['users', 'edit', omar, `--${word}admin`, '--json'])
    expect(edited.error().hint).toContain(' --no-admin ')
  })

  it.each([
    ['users edit a@b.example --noadmin', '--no-admin'],
    ['users edit a@b.example --unadmin', '--no-admin'],
    ['users edit a@b.example --noadmn', '--no-admin'],
    ['centres edit EG001 --not-british-council', '--no-british-council'],
    ['centres edit EG001 --nobritishcouncil', '--no-british-council'],
    ['users list --nocolor', '--no-color'],
    ['users list --notset-up', '--not-set-up'],
    ['users list --nver-signed-in', '--never-signed-in'],
    ['audit list --untll 2026-01-01', '--until'],
    ['audit list --utnil 2026-01-01', '--until'],
  ])('leads to the one that says the same: %s', async (typed, meant) => {
    const { hint } = (await world.run([...typed.split(' '), '--json'])).error()
    expect(hint).toContain(` ${meant} `)
    expect(hint).not.toContain(', or ')
  })

  it.each([
    ['users disable', ['users suspend']],
    ['users block', ['users suspend']],
    ['users deactivate', ['users suspend']],
    ['users lock', ['users suspend']],
    ['users del', ['users delete', 'users remove']],
    ['users destroy', ['users delete']],
    ['releases unpublish', ['releases withdraw']],
    ['releases open', ['releases publish']],
    ['resources rm', ['resources withdraw']],
    ['centres disable', ['coordinator suspend']],
    ['remove role', ['roles revoke']],
    ['delete role', ['roles revoke']],
    ['delete coordinator', ['coordinator change']],
    ['suspend centre', ['coordinator suspend']],
    ['delete message', ['mail cancel']],
    ['reset password', ['users reset-password']],
    ['users reset password', ['users reset-password']],
    ['forgot password', ['users reset-password']],
    ['transfer data', ['users transfer']],
    ['users transfer-data', ['users transfer']],
    ['associates suspend', ['coordinator suspend']],
    ['associates restore', ['coordinator restore']],
    ['associates change', ['coordinator change']],
    // An Associate is a centre.
    ['associates delete', ['centres delete']],
    ['associates rename', ['centres edit']],
    ['reset pin', ['users pin']],
    // Not with --email, whose value would be whose address is changed.
    ['change email', ['users edit']],
  ])('that are graver are named and not run: %s', async (typed, named) => {
    const ran = await world.run([...typed.split(' '), '1', '--yes'])
    expect(ran.exit).toBe(2)
    const said = [...ran.stderr.matchAll(/ssh-admin ([a-z -]+) 1\b/g)].map(([, command]) => command)
    expect(said).toEqual(named)
  })

  it('of a name without quotes are nobody else, and a list goes into a file of its own kind', async () => {
    const transferred = await world.run(['users', 'transfer', 'Omar', 'Said'])
    expect(transferred.stderr).not.toContain('--to Said')
    const listed = await world.run(['users', 'list', '--out', 'users.xlsx'])
    expect(listed.stderr).toContain('ssh-admin users list --format csv > users.csv')
    const filtered = await world.run(['users', 'list', '--out', '--role', 'teacher'])
    expect(filtered.stderr).toContain('ssh-admin users list --role teacher --format csv > FILE')
  })
})

describe('a verb that another program has', () => {
  it.each([
    ['associates rm CA001', ['centres delete CA001']],
    [`associates rm ${omar} EG001`, [`associates unassign ${omar} EG001`]],
    ['associates new CA001', ['centres create --kind associate CA001']],
    [`associates add ${omar} EG001`, [`associates assign ${omar} EG001`]],
    ['associates lock CA001', ['coordinator suspend CA001']],
    ['associates enable CA001', ['coordinator restore CA001']],
    ['associates update CA001', ['centres edit CA001']],
    ['coordinator rm EG001', ['coordinator change EG001']],
    [`coordinator rm EG001 ${omar}`, ['coordinator change EG001']],
    ['coordinator update EG001', ['coordinator change EG001']],
    [`roles rm ${omar} admin`, [`roles revoke ${omar} admin`]],
    [`roles new ${omar} admin`, [`roles grant ${omar} admin`]],
    [`roles get ${omar}`, [`users show ${omar}`]],
    ['mail rm 1', ['mail cancel 1']],
    [`users change ${omar}`, [`users edit ${omar}`]],
    ['centres change EG001', ['centres edit EG001']],
    // What it would be here nobody can say.
    ['centres archive EG001', []],
    [`users purge ${omar}`, []],
    ['store drop', []],
    ['store purge', []],
  ])('leads to what does it here, or nowhere: %s', async (typed, meant) => {
    const { exit, stderr } = await world.run(typed.split(' '))
    const said = [...stderr.matchAll(/^ {2}ssh-admin (.*)$/gm)].map(([, line = '']) => line)
    expect([exit, said]).toEqual([2, meant])
  })
})

describe('a line that lacks something', () => {
  it.each([
    [['users', 'add', '--', '-x <n@nile.example>'], `users add --centre CENTRE -- '-x <n@nile.example>'`],
    [
      ['users', 'add', 'n@nile.example', '--centre', 'EG001'],
      `users add 'First Last <n@nile.example>' --centre EG001`,
    ],
    [['users', 'add', '--centre', 'EG001'], `users add 'First Last <email>' --centre EG001`],
    [['config', 'set', 'smtp=smtp://mail.example'], 'config set smtp smtp://mail.example'],
    [['users', 'list', '--smtp'], 'users list --smtp URL'],
    [['users', 'list', '--centre'], 'users list --centre CENTRE'],
    [['centres', 'create', 'Nile School'], `centres create CENTRE --name 'Nile School' --country COUNTRY`],
    [['centres', 'create', '--', '-x'], 'centres create --name -x --country COUNTRY -- CENTRE'],
    [
      ['centres', 'create', '--name', 'Nile', '--country', 'EG'],
      'centres create CENTRE --name Nile --country EG',
    ],
    [
      ['centres', 'create', 'EG009', '--town', 'Cairo'],
      'centres create EG009 --town Cairo --name NAME --country COUNTRY',
    ],
    [['centres', 'create', 'EG009', '--name', 'Nile'], 'centres create EG009 --name Nile --country COUNTRY'],
  ])('is given back with a place for it, and all that was typed: %j', async (argv, hint) => {
    const ran = await world.run(argv)
    expect(ran.exit).toBe(2)
    expect(ran.stderr).toContain(`hint:\n  ssh-admin ${hint}\n`)
  })

  it.each([
    ['--centre', 'at this centre'],
    ['--status', 'invited, active, suspended or deleted'],
  ])('says what an option takes that has no value: %s', async (option, what) => {
    const ran = await world.run(['users', 'list', option])
    expect(ran.stderr).toContain(`${option} needs a value: ${what}`)
  })

  it('names only what is missing', async () => {
    const ran = await world.run(['users', 'add', 'Nour <n@nile.example>'])
    expect(ran.stderr).toContain('say it with --centre CENTRE. Not asked: At which centre?')
  })
})

describe('a line of a tired hand', () => {
  it.each([
    [['users', 'list', '\u2013centre', 'EG001'], 'users list --centre EG001'],
    [['users', 'list', '\u2014centre', 'EG001'], 'users list --centre EG001'],
    [['users', 'show', '\u201comar@nile.example\u201d'], 'users show omar@nile.example'],
    [['users', 'show', '\u201cOmar', 'Said\u201d'], "users show 'Omar Said'"],
    [['users', 'list', '--centre', '\u201cEG001\u201d'], 'users list --centre EG001'],
    [['roles', 'grant', 'exams-officer', omar], `roles grant ${omar} exams-officer`],
    [['associates', 'assign', 'EG002', omar], `associates assign ${omar} EG002`],
    [['users', 'move', 'EG002', omar, '--yes'], `users move ${omar} --to EG002 --yes`],
    [['users', 'move', omar, 'to', 'EG002', '--yes'], `users move ${omar} --to EG002 --yes`],
    [['coordinator', 'change', omar, 'EG001', '--yes'], `coordinator change EG001 --to ${omar} --yes`],
    [['users', 'transfer', omar, 'to', 'head@nile.example'], `users transfer ${omar} --to head@nile.example`],
    [
      ['users', 'transfer', '--from', omar, '--to', 'head@nile.example'],
      `users transfer ${omar} --to head@nile.example`,
    ],
    [
      ['coordinator', 'change', '--from', omar, 'EG001', '--to', omar],
      `coordinator change EG001 --to ${omar}`,
    ],
    [['users', 'move', '--from', 'EG001', omar, '--to', 'EG002'], `users move ${omar} --to EG002`],
    [['users', 'move', 'EG002', omar, '--as', omar], `users move ${omar} --to EG002 --as ${omar}`],
    [['users', 'edit', omar, '--admin', 'yes', '--yes'], `users edit ${omar} --admin --yes`],
    [['users', 'edit', omar, 'email=o@nile.example'], `users edit ${omar} --email o@nile.example`],
    [
      ['users', 'add', 'Nour <n@nile.example>', '--school', 'EG001'],
      `users add 'Nour <n@nile.example>' --centre EG001`,
    ],
    [['centres', 'show', 'EG0O1'], 'centres show EG001'],
    [['--', 'users', 'show', omar], `users show ${omar}`],
    [
      ['users', 'add', '--', 'Nour <n@nile.example>', '--centre', 'EG001'],
      `users add 'Nour <n@nile.example>' --centre EG001`,
    ],
    [
      ['users', 'add', '--', '-x <n@nile.example>', '--centre', 'EG001'],
      `users add --centre EG001 -- '-x <n@nile.example>'`,
    ],
    [['centres', 'show', 'EG-001'], 'centres show EG001'],
  ])('is refused with the line that was meant: %j', async (argv, meant) => {
    const { exit, stderr } = await world.run(argv)
    expect([2, 4]).toContain(exit)
    expect(stderr).toContain(`ssh-admin ${meant}`)
    expect(await world.account(omar)).toMatchObject({ email: omar, hubRole: 'teacher', status: 'active' })
  })

  it.each([
    [['Nour Salem [nour@nile.example]'], "'Nour Salem <nour@nile.example>'"],
    [['nour@nile.example Nour Salem'], "'Nour Salem <nour@nile.example>'"],
    [['nour@nile.example', 'Nour', 'Salem'], "'Nour Salem <nour@nile.example>'"],
    [['Nour Salem <nour@nile.example>', 'EG001'], "'Nour Salem <nour@nile.example>' --centre EG001"],
  ])('says how a person is written: %j', async (people, meant) => {
    const { exit, stderr } = await world.run(['users', 'add', ...people])
    expect([exit, stderr]).toEqual([2, expect.stringContaining(meant)])
  })

  it('is told what is really wrong, whatever marks stand elsewhere in it', async () => {
    const there = await world.run(['users', 'list', '\u2018x\u2019', '--centre', 'EG404'])
    expect(there.stderr).toContain('There is no centre EG404.')
    expect(there.stderr).not.toContain('--centre EG404')
    const copied = await world.run(['store', 'copy', '--from', 'x.db', '--to', 'y.db'])
    expect(copied.stderr).not.toContain('store copy')
  })

  it('is told that a filter was perhaps meant', async () => {
    const said = async (word: string) => (await world.run(['users', 'list', word])).stderr
    expect(await said('suspended')).toContain('ssh-admin users list --status suspended')
    expect(await said('exams-officer')).toContain('ssh-admin users list --role exams-officer')
    expect(await said('administrators')).toContain('ssh-admin users list --role admin\n')
    expect(await said('inactive')).toContain('ssh-admin users list --status invited,suspended\n')
    expect(await said('EG001')).toContain('ssh-admin users list --centre EG001')
    expect(await said('zzz')).toBe('Nobody fits.\n')
  })

  it('is told how a name is given with its address, and from whom to whom data go', async () => {
    const said = async (words: string[]) => (await world.run(words)).stderr
    expect(await said(['users', 'add', 'Omar Said', '--centre', 'EG001'])).toContain(
      "in quotes:\n  ssh-admin users add 'Omar Said <name@school.example>' --centre EG001",
    )
    const moved = await said(['transfer', 'data', 'a@nile.example', 'b@nile.example'])
    expect(moved).toContain('ssh-admin users transfer a@nile.example --to b@nile.example')
  })

  it('is told of a centre by whose name its people were looked for', async () => {
    const said = async (word: string) => (await world.run(['users', 'list', word])).stderr
    expect(await said('delta')).toBe(
      'Nobody has delta in a name or an address. Those of Delta Academy: ssh-admin users list --centre EG002\n',
    )
    expect(await said('academy')).toContain('Of the 2 centres that are called so, such as ')
  })

  it('is told what was typed, in its own letters', async () => {
    expect((await world.run(['users', 'list', 'EG001'])).stderr).toContain('Nobody has EG001 in')
    const deleted = await world.run(['centres', 'delete', omar, '--json'])
    expect(deleted.error().message).toMatch(/^'omar@nile\.example' is not a centre number/)
  })

  it('is told of what stands behind an address, and not that somebody has no name', async () => {
    const { exit, stderr } = await world.run(['users', 'add', 'Zed Ali <zed@nile.example> EG001'])
    expect([exit, stderr]).toEqual([2, expect.stringContaining("'EG001' stands behind the address in '")])
    expect(stderr).not.toContain('has no name')
  })

  it('is told where the lines of a file go', async () => {
    const { exit, stderr } = await world.run(['batch', '--atomic', 'changes.txt'])
    expect([exit, stderr]).toEqual([2, expect.stringContaining('ssh-admin batch --atomic < changes.txt')])
  })

  it('is told of the one site of which a part was typed', async () => {
    const { stderr } = await world.run(['users', 'edit', omar, '--add-site', 'primary', '--yes'])
    expect(stderr).toContain('Did you mean cambridge-primary?')
  })

  it.each([
    [['unsuspend', 'Omar Said'], "users restore 'Omar Said'"],
    [['enable', 'Omar Said'], "users restore 'Omar Said'"],
    [['reset', 'Omar Said'], "Did you mean this?\n  ssh-admin users reset-password 'Omar Said'"],
    [['block', 'Omar Said'], "users suspend 'Omar Said'"],
    [['move', 'Omar Said', 'EG002'], "users move 'Omar Said' --to EG002"],
    [['suspend', 'Omar Said', 'EG001'], "users suspend 'Omar Said'"],
    [['withdraw', 'Listening June'], "releases withdraw 'Listening June'"],
    [['Omar Said'], "find 'Omar Said'"],
    [['Omar', 'Said', '--json'], "find 'Omar Said' --json"],
  ])('may name people where an address stands: %j', async (argv, meant) => {
    const { exit, stderr } = await world.run(argv)
    expect([exit, stderr]).toEqual([2, expect.stringContaining(meant)])
  })

  it('are not looked for with a PIN or a link behind them, which is not told again', async () => {
    for (const secret of ['48210937', '4821', 'https://hub.example/set-up/abc.def']) {
      const { exit, stderr } = await world.run(['Omar', secret])
      expect([exit, stderr]).toEqual([2, expect.not.stringContaining(secret)])
    }
  })

  it.each([[omar], ['Omar Said']])(
    'is not guessed at where a word may mean two things that take away: rm %s',
    async (whom) => {
      const { exit, stderr } = await world.run(['rm', whom])
      expect([exit, stderr]).toEqual([2, expect.stringContaining('ssh-admin --help lists them')])
    },
  )
})

describe('what no one command does', () => {
  it.each([
    ['centres merge EG001 EG002', 'ssh-admin users move EMAIL… --to EG002), then EG001 is deleted'],
    ['centres merge EG001', 'ssh-admin users move EMAIL… --to OTHER), then CENTRE is deleted'],
    [
      'users merge omar@nile.example noor@nile.example',
      'ssh-admin users transfer omar@nile.example --to noor@nile.example), then omar@nile.example is deleted',
    ],
    [
      "users merge o'mar@nile.example noor@nile.example",
      String.raw`ssh-admin users transfer 'o'\''mar@nile.example' --to noor@nile.example)`,
    ],
    ['users undo omar@nile.example', 'ssh-admin audit list --last'],
    ['coordinator undo EG001', 'ssh-admin audit list --last'],
    ['centres edit EG001 --number EG009', 'A centre keeps its number'],
    ['centres renumber EG001 EG009', 'A centre keeps its number'],
    ['resources replace 1 new.wav', 'ssh-admin releases edit RELEASE --resource ID'],
    ['resources update 1', 'ssh-admin releases edit RELEASE --resource ID'],
    [
      'users list --can-sign-in yes --centre EG001',
      'ssh-admin users list --centre EG001 --fields email,can-sign-in',
    ],
  ])('is told step by step: %s', async (line, told) => {
    const { exit, stderr } = await newWorld().run(line.split(' '))
    expect([exit, stderr]).toEqual([2, expect.stringContaining(told)])
  })
})
