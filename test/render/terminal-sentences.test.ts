import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holding } from '../holding.ts'
import { itInAFile } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'

const amira = 'amira@school.example'
const omar = 'omar@school.example'
const sites = ['cambridge-primary']

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'huda@school.example' })
  await world.centre('EG002', { name: 'Delta Academy', status: 'approved' })
  await world.user(amira, { centre: 'EG001', sites })
  await world.user(omar, { centre: 'EG001', firstName: 'Omar', hubRole: 'admin', sites })
})
afterEach(() => world.close())

/** What a person sees of it. */
const shown = async (line: string, more: { env?: Record<string, string> } = {}) => {
  const words = line.split(' ').map((word) => word.replaceAll('~', ' '))
  return (await world.run(words, { terminal: true, env: { NO_COLOR: '1', COLUMNS: '120', ...more.env } }))
    .stdout
}
const runs = async (...lines: string[]) => {
  for (const line of lines) {
    const { exit, stderr } = await world.run([
      ...line.split(' ').map((word) => word.replaceAll('~', ' ')),
      '--yes',
    ])
    expect(exit, stderr).toBe(0)
  }
}

describe('what became of a user', () => {
  it.each([
    [`users suspend ${amira}`, '✓ Amira Haddad (EG001) is suspended.'],
    [
      `users edit ${amira} --add-site cambridge-lower-secondary --admin --yes`,
      '✓ Amira Haddad (EG001) is edited: administrative rights, sites.',
    ],
    [`users edit ${amira} --first-name Amal`, '✓ Amal Haddad (EG001) is edited: name.'],
    [`users edit ${amira} --first-name Amira`, '· Amira Haddad (EG001) is active as before; nothing to do.'],
    [`users move ${amira} --to EG002`, '✓ Amira Haddad moved from EG001 to EG002.'],
    [`users remove ${amira}`, '✓ Amira Haddad is removed from EG001; the account remains.'],
    [`users delete ${amira} --suspend`, '✓ Amira Haddad (EG001) is deleted; the address can be used again.'],
    [
      `users reset-password ${amira}`,
      '✓ Amira Haddad (EG001) has a message that lets them choose a password; it is written, and not sent.',
    ],
    [
      'users add Nour~Salem~<nour@school.example> --centre EG001',
      '✓ Nour Salem (EG001) is invited; the message that lets them set up a password is written, and not sent.',
    ],
    [`roles grant ${amira} exams-officer`, `✓ ${amira} has now: teacher, exams-officer.`],
    [`roles revoke ${amira} exams-officer`, `· ${amira} has already: teacher.`],
  ])('is said in a sentence: %s', async (line, sentence) => {
    expect(await shown(`${line} --yes`)).toBe(`${sentence}\n`)
  })

  it('says what a suspended user still holds', async () => {
    await holding(world, amira)
    expect(await shown(`users suspend ${amira} --yes`)).toContain(
      'is suspended, and still holds 1 learner group with 2 results.',
    )
  })

  it('says to what a restored one comes back', async () => {
    await runs(`users suspend ${amira}`)
    expect(await shown(`users restore ${amira}`)).toBe('✓ Amira Haddad (EG001) is restored.\n')
    await world.user('yui@school.example', { centre: 'EG001', status: 'invited', firstName: 'Yui' })
    await runs('users suspend yui@school.example')
    expect(await shown('users restore yui@school.example')).toBe('✓ Yui Haddad (EG001) is invited again.\n')
    await runs('users suspend yui@school.example', 'users delete yui@school.example')
    expect(await shown('users restore yui@school.example')).toBe(
      '✓ Yui Haddad (EG001) is back, and suspended as before.\n',
    )
  })

  it('says that somebody who comes back keeps their password', async () => {
    await runs(`users remove ${amira}`)
    expect(await shown(`users add Amira~Haddad~<${amira}> --centre EG002 --yes`)).toContain(
      'joined the centre, with the password they have',
    )
  })

  it('says that a message waits where the mail server does not answer', async () => {
    const env = { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:9?ignoreTLS=true' }
    expect(await shown(`users reset-password ${amira} --yes`, { env })).toContain('it waits to be sent.')
    expect(await shown('users add Nour~Salem~<nour@school.example> --centre EG001', { env })).toContain(
      'the message that lets them set up a password waits.',
    )
  })
})

describe('the screen of one user', () => {
  const remedies: readonly (readonly [string, readonly string[], string, string])[] = [
    ['suspended', [`users suspend ${amira}`], 'the account is suspended', `ssh-admin users restore ${amira}`],
    [
      'deleted',
      [`users delete ${amira} --suspend`],
      'the account is deleted',
      `ssh-admin users restore ${amira}`,
    ],
    [
      'without a centre',
      [`users remove ${amira}`],
      'the account belongs to no centre',
      `ssh-admin users add 'Amira Haddad <${amira}>' --centre CENTRE`,
    ],
    [
      'at a deleted centre',
      ['centres delete EG001'],
      'the centre is deleted',
      'ssh-admin centres restore EG001',
    ],
    [
      'locked out with the coordinator',
      ['coordinator suspend EG001'],
      'the coordinator of the centre is suspended',
      'ssh-admin coordinator restore EG001',
    ],
  ]

  it.each(remedies)(
    'says why one who is %s cannot sign in, and what to type',
    async (_, lines, reason, way) => {
      await runs(...lines)
      const screen = await shown(`users show ${amira}`)
      expect(screen).toContain(`Can sign in     no: ${reason}\n`)
      expect(screen).toContain(`${' '.repeat(16)}${way}\n`)
    },
  )

  it('says so of an invited user, and of a suspended coordinator', async () => {
    await world.user('yui@school.example', { centre: 'EG001', status: 'invited' })
    expect(await shown('users show yui@school.example')).toContain(
      'no: no password has been set up yet\n                  ssh-admin users reset-password yui@school.example',
    )
    await runs('coordinator suspend EG001')
    expect(await shown('users show huda@school.example')).toContain('ssh-admin coordinator restore EG001')
  })

  it('shows what they hold, and that they can sign in', async () => {
    await holding(world, amira)
    const screen = await shown(`users show ${amira}`)
    expect(screen).toContain('Can sign in     yes\n')
    expect(screen).toContain('Holds           cambridge-primary: 1 learner group, 1 test, 2 results\n')
  })
})

describe('what became of a coordinator', () => {
  it('is said, and whom it locks out', async () => {
    expect(await shown('coordinator show EG001')).toBe(
      'Amira Haddad <huda@school.example> coordinates EG001 (Nile Academy): can sign in.\n2 other users of the centre would be locked out if they were suspended.\n',
    )
    expect(await shown('coordinator suspend EG001 --yes')).toMatch(/^✓ .*huda@school\.example.*\n$/s)
    expect(await shown('coordinator suspend EG001 --yes')).toBe(
      '· Nothing to do at EG001 (Nile Academy): Amira Haddad <huda@school.example> is its coordinator, suspended.\n',
    )
    const screen = await shown('coordinator show EG001')
    expect(screen).toContain(
      'suspended.\n2 other users of the centre cannot sign in until they are restored.',
    )
  })

  it('is that there is none, and how to add one', async () => {
    expect(await shown('coordinator show EG002')).toBe(
      "EG002 (Delta Academy) has no coordinator.\nssh-admin coordinator add EG002 'Name <email>'\n",
    )
    await runs('coordinator add EG002 Rana~Aly~<rana@school.example>')
    const screen = await shown('coordinator show EG002')
    expect(screen).toContain('no password has been set up yet')
    expect(screen).toContain('No other user of the centre')
  })
})

describe('other answers', () => {
  it('say what a transfer moved, or that there was nothing', async () => {
    expect(await shown(`users transfer ${amira} --to ${omar} --yes`)).toBe(
      '· Amira Haddad (EG001) holds nothing to transfer.\n',
    )
    await holding(world, amira)
    expect(await shown(`users transfer ${amira} --to ${omar} --yes`)).toBe(
      '✓ Omar Haddad (EG001) took over on cambridge-primary: 1 learner group, 1 test, 2 results.\n',
    )
  })

  it('show a PIN in two groups, and none in a rehearsal', async () => {
    await world.user('yui@school.example', { centre: 'EG001', status: 'invited', firstName: 'Yui' })
    expect(await shown('users pin yui@school.example --dry-run')).toMatch(
      /^Yui Haddad \(EG001\) would have a PIN until 2026-04-01 09:00 UTC\.\n$/,
    )
    expect(await shown('users pin yui@school.example')).toMatch(
      /^The PIN of Yui Haddad \(EG001\) is \d{4} \d{4}, until 2026-04-01 09:00 UTC\.\n$/,
    )
  })

  it('say in a sentence why two accounts may be one, or that none do', async () => {
    expect(await shown('users duplicates --centre EG002')).toBe(
      'No two accounts look like the same person.\n',
    )
    expect(await shown('users duplicates')).toContain('same name twice at one centre')
    await world.user('amira2@school.example', { centre: 'EG002' })
    expect(await shown('users duplicates')).toContain('same name, addresses almost the same')
  })

  it('say what is erased, and what is left to a person', async () => {
    await runs(`users delete ${amira} --suspend`)
    expect(await shown(`users erase ${amira} --yes`)).toMatch(
      /^✓ Erased: 1 account, named in \d+ events and \d+ messages?\.\nNot reached, and for you to see to:\n {2}- /,
    )
    expect(await shown(`users erase ${amira} --yes`)).toContain('· Nothing to do: they were erased before.')
  })

  itInAFile('say of a store how large it is, and which copies are kept', async () => {
    await (await world.store()).close()
    await runs('store backup copy.db', 'store restore copy.db')
    const screen = await shown('store info')
    expect(screen).toMatch(/^ {2}Size +\d+ KB$/m)
    expect(screen).toMatch(/^ {2}Kept copy +\S+, .*KB$/m)
    expect(screen).toMatch(/^ {2}Begun +just now$/m)
  })

  it('say of a message that was written to a file when that was, and not that it was delivered', async () => {
    await world.run(['users', 'reset-password', amira, '--yes'])
    const message = await shown('mail show 1')
    expect(message).toMatch(/^Message 1: \S.*\n\n {2}To +amira@school\.example\n {2}State +written\n/)
    expect(message).toMatch(/\n {2}Written +2026-/)
    expect(message).not.toContain('Delivered')
  })

  it('say why a message that was to be sent is not', async () => {
    await world.run([
      'users',
      'reset-password',
      amira,
      '--yes',
      '--smtp',
      'smtp://127.0.0.1:9?ignoreTLS=true',
    ])
    world.setClock(new Date(world.now.getTime() + 3 * 86_400_000))
    expect(await shown('mail send')).toContain(
      `· Message 1 to ${amira} is cancelled. What it carries expired before it could be sent.\n`,
    )
  })

  it('say of lists that nothing is there', async () => {
    expect(await shown('mail list')).toBe('No messages.\n')
    expect(await shown('mail send')).toBe('')
    expect(await shown('centres imports')).toContain('Nothing has been imported yet.')
    expect(await shown('associates list')).toBe('There are no Associates.\n')
    expect(await shown('centres list --search nowhere-at-all')).toBe('No centre fits.\n')
    expect(await shown('audit list --action nothing.of-that-kind')).toBe(
      'Nothing of that kind has happened.\n',
    )
    expect(await shown(`progression-tests list --owner ${amira}`)).toBe('This teacher holds no tests.\n')
  })

  it('say of each message that was not delivered why, whole, and what to do', async () => {
    const nobodyListens = '--smtp smtp://127.0.0.1:9?ignoreTLS=true'.split(' ')
    await world.run(['users', 'reset-password', amira, '--yes', ...nobodyListens])
    const refusal = `550 5.1.1 <${amira}>: recipient address rejected: user unknown in virtual mailbox table`
    await world.run(['users', 'reset-password', omar, '--yes', ...nobodyListens])
    await world.rows(`update outbox set state = 'failed', last_error = '${refusal}' where id = 1`)
    const listed = await shown('mail list', { env: { COLUMNS: '80' } })
    expect(listed).toContain(`1    ${amira}  password-reset  failed  just now\n`)
    expect(listed.replace(/\s+/g, ' ')).toContain(
      `! Message 2 to ${omar} waits: nothing answers at 127.0.0.1:9 (connection refused) ssh-admin mail send ` +
        `! Message 1 to ${amira} failed: ${refusal} ssh-admin mail send --failed`,
    )
  })

  it('say of a setting whether it stands in the file', async () => {
    const file = '.config/ssh-admin/config.json'
    expect(await shown('config set mail-from hub@school.example')).toMatch(
      new RegExp(`^✓ mail-from is changed in \\S+${file}\n$`),
    )
    expect(await shown('config set mail-from hub@school.example')).toContain(
      'mail-from has that value already in',
    )
    expect(await shown('config unset mail-from')).toMatch(/^✓ mail-from is taken out of /)
    expect(await shown('config unset mail-from')).toMatch(
      /^· mail-from does not stand in .*; nothing to do\.\n$/,
    )
  })

  itInAFile.each([
    ['store init --db other.db', '✓ Began the store'],
    ['seed --centres 1 --users 1 --yes --db seeded.db', '✓ 1 centre and'],
  ])('of a new store, by %s, begin with what shows whether anything changed', async (line, words) => {
    expect(await shown(line)).toMatch(new RegExp(`^${words}`))
  })

  it.each([
    ['store init --if-missing', '· There is a store at'],
    ['store backup copy.db', '✓ Copied the store'],
    ['store copy --to other.db --yes', '✓ Copied the store'],
    ['store migrate --yes', '· The store'],
    ['store rekey --yes', '✓ This voided'],
    ['templates reset invitation --yes', '· The letter invitation is as it was shipped'],
  ])('of %s begin with what shows whether anything changed', async (line, words) => {
    expect(await shown(line)).toMatch(new RegExp(`^${words}`))
  })

  it('have no such mark in a pipe', async () => {
    expect((await world.run(['store', 'backup', 'copy.db'])).stdout).toMatch(/^Copied the store/)
    expect((await world.run('templates reset invitation --yes'.split(' '))).stdout).toMatch(/^The letter/)
  })

  it('say when the clock was accepted as every other time is said', async () => {
    await runs(`users suspend ${amira}`)
    world.setClock('2026-02-01T09:00:00.000Z')
    expect(await shown('store accept-clock --yes')).toContain(
      'Time counts anew from 2026-02-01 09:00 UTC; the last event was of 2026-03-02 09:00 UTC.',
    )
  })

  it('say in a rehearsed import how to see all that is missing', async () => {
    await runs('centres export centres.csv')
    await runs('centres create EG003 --name Red~Sea --country EG')
    expect(await shown('centres import centres.csv --dry-run')).toContain(
      'Not in the workbook: 1 centre of the store; they stay as they are. To see all of them: --json',
    )
  })

  it('say whether somebody may do something', async () => {
    expect(await shown(`roles check ${omar} users.suspend ${amira}`)).toMatch(
      /^Yes: omar@school\.example may do that/,
    )
    expect(await shown(`roles check ${amira} users.suspend ${omar}`)).toMatch(
      /^No: amira@school\.example may not do that \(users\.suspend\) to omar@school\.example\.\n {2}The rule: .*\.$/m,
    )
  })
})
