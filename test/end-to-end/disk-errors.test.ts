import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, newDesk } from '../torture/desk.ts'

const workbook = fileURLToPath(new URL('../../fixtures/centres.xlsx', import.meta.url))
const importing = ['centres', 'import', 'centres.xlsx', '--yes', '--pins-out', 'pins.xlsx', '--json']

/** What a disk, or whoever keeps it, can answer. */
const errors = ['ENOSPC', 'EDQUOT', 'EIO', 'EPERM', 'EROFS'] as const

let initialized: Desk
let desk: Desk
beforeAll(async () => {
  initialized = newDesk()
  copyFileSync(workbook, initialized.path('centres.xlsx'))
  expect((await initialized.run(['store', 'init', '--yes'])).exit).toBe(0)
})
beforeEach(() => {
  desk = initialized.copy()
})
afterEach(() => desk.clear())
afterAll(() => initialized.clear())

const places = new Map<string, number>()

/** The place of the first point of this name in what the command does. */
async function pointOf(argv: readonly string[], name: RegExp): Promise<number> {
  const known = places.get(name.source)
  if (known !== undefined) return known
  const probe = desk.copy()
  try {
    const { points } = await probe.run(argv, { fault: 'none 0' })
    const at = points.findIndex((point) => name.test(point)) + 1
    expect(at, points.join('\n')).toBeGreaterThan(0)
    places.set(name.source, at)
    return at
  } finally {
    probe.clear()
  }
}

const users = async () => (await desk.run(['users', 'list', '--format', 'count'])).stdout.trim()

describe('a disk that answers with an error', () => {
  it.each(errors)('leaves everything as it was where the PIN sheet cannot be begun: %s', async (error) => {
    const at = await pointOf(importing, /open \.pins-/)
    const ran = await desk.run(importing, { fault: `${error} ${at}` })
    expect([ran.exit, ran.stdout]).toEqual([7, ''])
    const { message, hint } = JSON.parse(ran.stderr).error
    expect(`${message} ${hint}`).toMatch(/pins\.xlsx|disk|write|name/)
    expect(`${message} ${hint}`).not.toMatch(/mistake in ssh-admin|injected|\.part/)
    expect(await users()).toBe('0')
  })

  it.each(errors)('owes the sheet where it cannot be placed, and says how to make it: %s', async (error) => {
    const at = await pointOf(importing, /link pins\.xlsx/)
    const ran = await desk.run(importing, { fault: `${error} ${at}` })
    const answer = JSON.parse(ran.stdout)
    // Some disks have no second name for a file: there it is placed by its only one.
    const isPlaced = error === 'EPERM'
    expect(ran.exit).toBe(isPlaced ? 0 : 9)
    expect(desk.files().includes('pins.xlsx')).toBe(isPlaced)
    if (!isPlaced) expect(JSON.stringify(answer.notices)).toContain('ssh-admin centres pins 1')
    expect(await users()).toBe('319')
  })

  it.each([
    ['config', ['config', 'set', 'mail-from', 'hub@nile.example', '--json'], 'XDG_CONFIG_HOME'],
    ['audit', ['audit', 'export', 'log.csv', '--json'], 'Choose another folder.'],
    ['sample', ['centres', 'sample', 'sample.xlsx', '--json'], 'Choose another folder.'],
  ])('is told with what helps against it: %s', async (kind, argv, otherwise) => {
    const at = await pointOf(argv, new RegExp(`open \\.${kind}-`))
    for (const error of errors) {
      const ran = await desk.run(argv, { fault: `${error} ${at}` })
      const { message, hint } = JSON.parse(ran.stderr).error
      const isFull = error === 'ENOSPC' || error === 'EDQUOT'
      expect([error, ran.exit, message.includes('the disk is full')]).toEqual([error, 7, isFull])
      if (isFull) expect(hint).toBe('Make room, then try again.')
      else expect(hint).toContain(otherwise)
    }
  })

  it.each(errors)('makes no backup that is not whole: %s', async (error) => {
    const argv = ['store', 'backup', 'copy.db', '--yes', '--json']
    const at = await pointOf(argv, /open \.backup-/)
    const ran = await desk.run(argv, { fault: `${error} ${at}` })
    expect([ran.exit, ran.stdout]).toEqual([7, ''])
    expect(ran.stderr).not.toMatch(/mistake in ssh-admin|injected/)
    expect(desk.files().filter((name) => /copy|backup/.test(name))).toEqual([])
  })

  it('is named by the file that it has no room for, where a copy of the store is filled', async () => {
    const argv = ['store', 'copy', '--to', 'copy.db', '--yes', '--json']
    const ran = await desk.run(argv, { fault: 'ENOSPC fill a store' })
    expect([ran.exit, JSON.parse(ran.stderr).error]).toMatchObject([
      7,
      { code: 'file-not-writable', message: 'copy.db cannot be written: the disk is full.' },
    ])
    expect(desk.files().filter((name) => /copy|backup/.test(name))).toEqual([])
  })

  it.each(errors)('leaves a message waiting where it cannot be written, and says so: %s', async (error) => {
    expect(
      (await desk.run(['centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt'])).exit,
    ).toBe(0)
    const argv = ['users', 'add', 'Amira Haddad <amira@nile.example>', '--centre', 'EG001', '--json']
    const at = await pointOf(argv, /mkdir hub\.db\.mail/)
    const ran = await desk.run(argv, { fault: `${error} ${at}` })
    expect(ran.exit).toBe(9)
    expect(JSON.parse(ran.stdout)).toMatchObject({
      users: [{ outcome: 'created' }],
      mail: [{ state: 'queued' }],
      notices: [
        {
          code: 'mail-waiting',
          message: expect.stringMatching(/cannot be made: (the disk|you may)/),
        },
      ],
    })
    expect(ran.stdout).not.toMatch(/mistake in ssh-admin|injected/)
  })

  it('is told in the same words in the row of a batch', async () => {
    const ran = await desk.run(['batch', '--yes'], {
      fault: 'ENOSPC commit',
      input: 'centres create EG001 --name Nile --country Egypt\n',
    })
    expect([ran.exit, ran.stdout]).toEqual([7, '1\t7\tThe disk is full.'])
    expect(ran.stderr).toContain('line 1: hint:  Nothing was changed. Make room, then try again.')
  })

  it('leaves no new key behind where the store did not take it on', async () => {
    const before = desk.files()
    const ran = await desk.run(['store', 'rekey', '--yes'], { fault: 'ENOSPC commit' })
    expect(ran.exit).toBe(7)
    expect(desk.files()).toEqual(before)
  })

  it('says that a copy of the store is there where the log could not name it any more', async () => {
    const ran = await desk.run(['store', 'copy', '--to', 'moved.db', '--yes', '--json'], {
      fault: 'EIO commit',
    })
    const { notices, head } = JSON.parse(ran.stdout)
    expect([ran.exit, notices[0].code]).toEqual([0, 'not-recorded'])
    const key = ['--key-file', `${desk.db}.key`, '--json']
    const verified = await desk.run(['audit', 'verify', '--db', 'moved.db', ...key])
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, head: head.head })
  })

  it('does not say then that both logs end in the same row', async () => {
    const ran = await desk.run(['store', 'copy', '--to', 'moved.db', '--yes'], { fault: 'EIO commit' })
    expect(ran.stdout).toContain('ends with the copy, which the one here does not name.')
    expect(ran.stdout).not.toContain('same row')
  })
})

describe('users erase', () => {
  const erasing = ['users', 'erase', 'omar@nile.example', '--yes', '--json']
  const messages = () => (existsSync(desk.path('hub.db.mail')) ? readdirSync(desk.path('hub.db.mail')) : [])
  beforeEach(async () => {
    const must = async (...argv: string[]) => expect((await desk.run(argv)).exit, argv.join(' ')).toBe(0)
    await must('centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt')
    await must('users', 'add', 'Omar Haddad <omar@nile.example>', '--centre', 'EG001')
    await must('users', 'delete', 'omar@nile.example', '--suspend', '--yes')
    mkdirSync(desk.path('hub.db.mail'), { recursive: true })
    for (const name of ['a.eml', 'to-omar@nile.example.eml'])
      writeFileSync(desk.path(`hub.db.mail/${name}`), 'To: omar@nile.example\r\n\r\nHello\r\n')
  })

  it('removes no message where it could not be saved', async () => {
    const before = messages()
    const ran = await desk.run(erasing, { fault: 'EIO commit' })
    expect([ran.exit, ran.stdout]).toEqual([7, ''])
    expect(messages()).toEqual(before)
  })

  it.each(['ENOSPC', 'EIO'])(
    'is done, and says what is left to see to, where what it freed cannot be taken out: %s',
    async (error) => {
      const ran = await desk.run(erasing, { fault: `${error} scrub` })
      expect([ran.exit, ran.stderr]).toEqual([0, ''])
      const { erased, left } = JSON.parse(ran.stdout)
      expect([erased.accounts, left.join()]).toEqual([
        1,
        expect.stringContaining('traces in the file of the store'),
      ])
      const { stdout } = await desk.run(['audit', 'list', '--action', 'users.erased', '--json'])
      expect(JSON.parse(stdout).events[0].details.left).toHaveLength(1)
      const again = JSON.parse((await desk.run(erasing)).stdout)
      expect(again.left.join()).not.toContain('traces')
    },
  )

  it('names the message that could not be removed, and removes the others', async () => {
    const ran = await desk.run(erasing, { fault: 'EIO remove to-omar@nile.example.eml' })
    expect(ran.exit).toBe(9)
    const file = desk.path('hub.db.mail/to-omar@nile.example.eml')
    expect(JSON.parse(ran.stdout).left).toContain(`a message to them that could not be removed: ${file}`)
    expect(messages()).toEqual(['to-omar@nile.example.eml'])
    const { stdout } = await desk.run(['audit', 'list', '--action', 'users.erased', '--json'])
    const [{ details }] = JSON.parse(stdout).events
    expect(details.left).toEqual(['a message to them that could not be removed: to-(erased).eml'])
    const again = await desk.run(erasing)
    expect([again.exit, JSON.parse(again.stdout).erased.files, messages()]).toEqual([0, 1, []])
  })
})

describe('a draft that was used, and cannot be removed', () => {
  it('makes no failure of what is done, and is named by store check', async () => {
    const must = async (...argv: string[]) => expect((await desk.run(argv)).exit, argv.join(' ')).toBe(0)
    await must('centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt')
    const drafts = 'home/.local/share/ssh-admin/drafts'
    mkdirSync(desk.path(drafts), { recursive: true })
    const day = new Date().toISOString().slice(0, 10)
    const draft = `${drafts}/users-add-${day}-0a1b2c3d.csv`
    writeFileSync(
      desk.path(draft),
      'Centre number,First name,Last name,Email\nEG001,Amira,Haddad,amira@nile.example\n',
    )
    const argv = ['users', 'add', '--from', draft, '--yes', '--json']
    const at = await pointOf(argv, /^remove users-add/)
    const ran = await desk.run(argv, { fault: `EPERM ${at}` })
    expect([ran.exit, ran.stderr]).toEqual([0, ''])
    expect(JSON.parse(ran.stdout).users).toMatchObject([{ outcome: 'created' }])
    expect(existsSync(desk.path(draft))).toBe(true)
    expect((await desk.run(['store', 'check', '--json'])).stdout).toContain(desk.path(draft))
  })
})

describe('a PIN sheet that cannot be placed, beside a mail server that does not answer', () => {
  it('is owed as the message is, and both are told', async () => {
    const argv = [...importing, '--send-mail']
    const env = { SSH_ADMIN_SMTP_URL: 'smtp://127.0.0.1:1?ignoreTLS=true' }
    const ran = await desk.run(argv, { fault: 'EIO link pins.xlsx', env })
    const { notices, users: counts } = JSON.parse(ran.stdout)
    expect([ran.exit, counts.created]).toEqual([9, 319])
    expect(notices.map(({ code }: { code: string }) => code)).toEqual(
      expect.arrayContaining(['pins-not-placed', 'mail-waiting']),
    )
    const status = JSON.parse((await desk.run(['status', '--json'])).stdout)
    expect(JSON.stringify(status)).toContain('319')
  })
})

describe('a file that is in its place, whose unfinished name cannot be taken away', () => {
  it('is told as made, and what stays is named by store check', async () => {
    const argv = ['audit', 'export', 'log.jsonl', '--json']
    const at = await pointOf(argv, /^remove [.].*part/)
    const ran = await desk.run(argv, { fault: `EIO ${at}` })
    expect([ran.exit, ran.stderr]).toEqual([0, ''])
    expect(desk.files()).toContain('log.jsonl')
    const left = desk.files().find((name) => name.endsWith('.part.jsonl')) ?? 'nothing'
    expect((await desk.run(['store', 'check', '--json'])).stdout).toContain(left)
  })
})
