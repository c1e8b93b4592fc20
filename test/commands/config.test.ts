import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { itInAFile } from '../in-a-file.ts'
import { newWorld, type World } from '../world.ts'

describe('showing the settings', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  it('says of each where it came from', async () => {
    mkdirSync(world.path('.config/ssh-admin'), { recursive: true })
    writeFileSync(world.path('.config/ssh-admin/config.json'), '{"mailFrom": "hub@school.example"}')
    const ran = await world.run(['config', '--mail-dir', 'letters', '--json'])
    expect(ran.json().settings).toMatchObject({
      db: { value: world.db, from: 'environment' },
      mailDir: { value: world.path('letters'), from: 'flag' },
      mailFrom: { value: 'hub@school.example', from: 'file' },
      as: { value: null, from: 'default' },
    })
  })

  itInAFile(
    'takes the key from where a flag or the environment says, not from a command of the configuration file',
    async () => {
      await world.run(['store', 'init'])
      configure('{"key-command": "no-such-program-here"}')
      const verified = async (env: Record<string, string>, ...argv: readonly string[]) =>
        (await world.run(['audit', 'verify', '--json', ...argv], { env })).exit
      const keyFile = world.keyFile
      expect(await verified({})).toBe(7)
      expect(await verified({ SSH_ADMIN_KEY_FILE: keyFile })).toBe(0)
      expect(await verified({ SSH_ADMIN_KEY_COMMAND: 'no-such-program-either' }, '--key-file', keyFile)).toBe(
        0,
      )
      const shown = await world.run(['config', '--json'], { env: { SSH_ADMIN_KEY_FILE: keyFile } })
      expect(shown.json().settings).toMatchObject({
        keyFile: { value: keyFile, from: 'environment' },
        keyCommand: { value: null, from: 'default' },
      })
    },
  )

  itInAFile(
    'finds what begins with ~/ in the home folder, wherever it is said, and makes no folder of that name',
    async () => {
      configure('{"key-file": "~/hub.key", "mail-dir": "~/letters"}')
      const env = { SSH_ADMIN_DB: '~/own.db' }
      const shown = (await world.run(['config', '--json'], { env })).json().settings
      expect(shown).toMatchObject({
        db: { value: world.path('own.db') },
        keyFile: { value: world.path('hub.key') },
        mailDir: { value: world.path('letters') },
      })
      expect((await world.run(['store', 'init', '--db=~/mine.db'])).exit).toBe(0)
      expect((await world.run(['store', 'copy', '--to=~/copy.db', '--db=~/mine.db', '--yes'])).exit).toBe(0)
      await world.run(['config', 'set', 'mail-dir', '~/post'])
      expect(readFileSync(world.path('.config/ssh-admin/config.json'), 'utf8')).toContain(world.path('post'))
      expect(readdirSync(world.path('.'))).toEqual(expect.arrayContaining(['mine.db', 'hub.key', 'copy.db']))
      expect(readdirSync(world.path('.'))).not.toContain('~')
    },
  )

  itInAFile(
    'takes a command for the key from the environment before a key file of the configuration',
    async () => {
      await world.run(['store', 'init'])
      configure('{"key-file": "not-here.key"}')
      const env = { SSH_ADMIN_KEY_COMMAND: `cat "${world.keyFile}"` }
      expect((await world.run(['audit', 'verify'])).exit).toBe(7)
      expect((await world.run(['audit', 'verify'], { env })).exit).toBe(0)
    },
  )

  it('names each as its flag is named, and as config set takes it', async () => {
    const shown = (await world.run(['config'])).stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0])
    // The last line is about the store itself.
    expect(shown.pop()).toBe('store')
    expect(shown).toEqual(expect.arrayContaining(['db', 'key-file', 'as-required', 'mail-from', 'base-url']))
    for (const name of shown)
      expect((await world.run(['config', 'unset', name ?? '', '--dry-run'])).exit, name).toBe(0)
  })

  it('reads a setting of the file under either of its names, and not under both', async () => {
    configure('{"mail-from": "hub@school.example", "as-required": true}')
    const { settings } = (await world.run(['config', '--as', 'staff', '--json'])).json()
    expect(settings).toMatchObject({
      mailFrom: { value: 'hub@school.example', from: 'file' },
      asRequired: { value: 'true', from: 'file' },
    })
    expect((await world.run(['config', 'unset', 'mail-from', '--json'])).json()).toMatchObject({
      changed: true,
    })
    configure('{"mail-from": "hub@school.example", "mailFrom": "other@school.example"}')
    expect((await world.run(['config'])).stderr).toContain('it says mail-from twice')
  })

  itInAFile('says whether the store is there, and who is changing it', async () => {
    const store = async (...argv: readonly string[]) =>
      (await world.run(['config', '--json', ...argv])).json().store
    expect(await store()).toMatchObject({ state: 'missing', problem: { code: 'store-missing' } })
    await world.run(['store', 'init'])
    expect(await store()).toEqual({ state: 'there', heldBy: null, server: null, problem: null })
    const note = { pid: process.pid, command: 'users suspend', since: '2026-03-02T09:00:00Z' }
    writeFileSync(`${world.db}.writer`, JSON.stringify(note))
    const holder = `users suspend (process ${process.pid})`
    expect(await store()).toMatchObject({ heldBy: holder })
    for (const command of [['store', 'info'], ['status']])
      expect((await world.run([...command, '--json'])).json().heldBy).toBe(holder)
    writeFileSync(world.path('notes.txt'), 'text')
    expect(await store('--db', world.path('notes.txt'))).toMatchObject({
      state: 'unavailable',
      problem: { code: 'store-foreign' },
    })
  })

  it('says what became of the address of a server, and which variables of PostgreSQL had a say', async () => {
    const env = {
      SSH_ADMIN_DB: 'postgres:///hub',
      PGHOST: 'db.example',
      PGPORT: '5433',
      PGPASSWORD: 'secret',
    }
    const shown = await world.run(['config', '--json'], { env })
    expect(shown.json().settings.db).toEqual({
      value: 'postgres://db.example:5433/hub',
      from: 'environment',
      variables: ['PGHOST', 'PGPORT', 'PGPASSWORD'],
    })
    expect((await world.run(['config'], { env })).stdout).toContain(
      'db\tpostgres://db.example:5433/hub\tenvironment, PGHOST, PGPORT, PGPASSWORD\n',
    )
    expect(shown.stdout).not.toContain('secret')
    expect((await world.run(['whoami', '--json'], { env })).json().store).toBe(
      'postgres://db.example:5433/hub',
    )
  })

  it('takes a flag before the environment, and the environment before the file', async () => {
    configure('{"mailFrom": "file@school.example", "db": "file.db"}')
    const env = { SSH_ADMIN_MAIL_FROM: 'environment@school.example' }
    const { settings } = (await world.run(['config', '--json'], { env })).json()
    expect(settings).toMatchObject({
      mailFrom: { value: 'environment@school.example', from: 'environment' },
      db: { value: world.db, from: 'environment' },
    })
    const flagged = (await world.run(['config', '--db', 'flag.db', '--json'], { env })).json()
    expect(flagged.settings.db).toEqual({ value: world.path('flag.db'), from: 'flag' })
    const unset = (await world.run(['config', '--json'], { env: { SSH_ADMIN_DB: undefined } })).json()
    expect(unset.settings.db).toMatchObject({ from: 'file' })
  })

  it.each([
    ['smtps://hub:s3cret@mail.school.example', 'smtps://hub:***@mail.school.example'],
    ['smtp://hub:p%40:ss@127.0.0.1:1025?ignoreTLS=true', 'smtp://hub:***@127.0.0.1:1025?ignoreTLS=true'],
    ['smtp://hub:p@ss/word@mail.school.example', 'smtp://hub:***@mail.school.example'],
    ['hub:s3cret@mail.school.example', 'hub:***@mail.school.example'],
    ['smtp:hub:s3cret@mail.school.example', 'smtp:hub:***@mail.school.example'],
    ['smtp://mail.school.example/?password=s3cret', 'smtp://mail.school.example/?password=***'],
    ['//hub:s3cret@mail.school.example', '//hub:***@mail.school.example'],
    ['///hub:s3/cret@mail.school.example', '///hub:***@mail.school.example'],
    [':s3cret@mail.school.example', ':***@mail.school.example'],
    ['smtp+x://hub:s3cret@mail.school.example', 'smtp+x://hub:***@mail.school.example'],
  ])('shows no password: %s', async (url, shown) => {
    const ran = await world.run(['config', '--smtp', url])
    expect(ran.stdout).toContain(`smtp\t${shown}\tflag`)
  })

  it.each(['--db', '--key-file', '--mail-dir', '--smtp', '--as'])('refuses an empty %s', async (flag) => {
    for (const argv of [[flag, ''], [`${flag}=`], [flag, ' ']]) {
      const ran = await world.run(['users', 'list', ...argv, '--json'])
      expect(ran).toMatchObject({ exit: 2, stdout: '' })
      expect(JSON.parse(ran.stderr).error.message).toBe(`${flag} is empty.`)
    }
  })

  it.each(['SSH_ADMIN_DB', 'SSH_ADMIN_KEY_FILE', 'SSH_ADMIN_MAIL_DIR', 'SSH_ADMIN_SMTP_URL', 'SSH_ADMIN_AS'])(
    'refuses an empty %s, and does not act on the default',
    async (variable) => {
      await world.ready()
      const before = readdirSync(world.path('.'))
      const ran = await world.run(['store', 'init'], { env: { [variable]: '' } })
      expect(ran).toMatchObject({ exit: 2, stdout: '' })
      expect(ran.stderr).toContain(`${variable} is empty.`)
      expect(readdirSync(world.path('.'))).toEqual(before)
    },
  )

  it('refuses an empty setting of the configuration file', async () => {
    configure('{"db": ""}')
    expect(await world.run(['config'])).toMatchObject({ exit: 2, stdout: '' })
  })

  it.each([
    'postgres:hub:s3cret@db',
    'postgresql+psycopg:hub:s3cret',
    'MySQL:s3cret',
    'file:s3cret.db',
    'sqlite:s3cret',
    'host=db.example password=s3cret dbname=hub',
    ' User ID = hub; Password=s3cret',
    'Server=db.example;Password=s3cret',
    'password=s3cret',
  ])('takes no address without slashes for a store, and never repeats it: %s', async (address) => {
    await world.ready()
    const before = readdirSync(world.path('.'))
    for (const flag of ['--db', '--key-file', '--mail-dir']) {
      const ran = await world.run(['store', 'init', flag, address])
      expect(ran).toMatchObject({ exit: 2, stdout: '', stderr: expect.not.stringContaining('s3cret') })
    }
    expect(readdirSync(world.path('.'))).toEqual(before)
  })

  it.each(['./postgres:hub.db', 'filed:hub.db', 'C:hub.db', '2026:hub.db', './host=a.db', 'year=2026.db'])(
    'takes a file whose name holds a colon or a sign of equality: %s',
    async (file) => {
      const named = ['--db', file, '--key-file', world.path('named.key')]
      expect(await world.run(['store', 'init', ...named])).toMatchObject({ exit: 0 })
    },
  )

  it('refuses a configuration file that is a pipe, and waits for nobody', async () => {
    mkdirSync(world.path('.config/ssh-admin'), { recursive: true })
    execFileSync('mkfifo', [world.path('.config/ssh-admin/config.json')])
    const ran = await world.run(['config'])
    expect(ran).toMatchObject({ exit: 7, stderr: expect.stringContaining('is no ordinary file') })
  })

  const secret = 'postgres://hub:s3cret@db.example/hub'

  it.each(['postgres', 'postgresql', 'https', 's3', 'file', 'MYSQL'])(
    'takes no %s:// for a store, and never repeats it',
    async (scheme) => {
      const url = secret.replace('postgres', scheme)
      configure(JSON.stringify({ db: url }))
      await world.ready()
      const before = readdirSync(world.path('.'))
      const tries = [
        await world.run(['store', 'init', '--db', url, '--debug']),
        await world.run(['store', 'init', '--json'], { env: { SSH_ADMIN_DB: url } }),
        await world.run(['store', 'init'], { env: { SSH_ADMIN_DB: undefined } }),
        await world.run(['store', 'init', '--key-file', url]),
        await world.run(['store', 'init', '--mail-dir', url]),
      ]
      for (const ran of tries) {
        expect(ran).toMatchObject({ exit: 2, stdout: '' })
        expect(ran.stderr).toContain(`${scheme}://`)
        expect(ran.stderr).not.toContain('s3cret')
      }
      expect(readdirSync(world.path('.'))).toEqual(before)
    },
  )

  function configure(contents: string): void {
    mkdirSync(world.path('.config/ssh-admin'), { recursive: true })
    writeFileSync(world.path('.config/ssh-admin/config.json'), contents)
  }
})

describe('a number that is typed', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  it.each([
    ['users', 'list', '--wait'],
    ['users', 'list', '--limit'],
    ['centres', 'list', '--limit'],
    ['audit', 'list', '--limit'],
    ['mail', 'list', '--limit'],
    ['mail', 'list', '--import'],
    ['mail', 'send', '--import'],
    ['mail', 'send', '--rate'],
    ['centres', 'import', 'centres.csv', '--allow-deletes'],
    ['seed', '--centres'],
    ['seed', '--users'],
    ['seed', '--seed'],
  ])('is one: %s %s %s', async (...argv) => {
    await world.run(['store', 'init'])
    const flag = argv.at(-1)
    for (const text of ['', ' ', '0x1f', 'Infinity', '1e999', 'many', '-1', '3,5']) {
      const ran = await world.run([...argv.slice(0, -1), `${flag}=${text}`])
      expect({ text, exit: ran.exit, stdout: ran.stdout }).toEqual({ text, exit: 2, stdout: '' })
      expect(ran.stderr).toContain(flag)
    }
  })

  it.each([
    ['users', 'list', '--limit'],
    ['centres', 'imports', 'show'],
    ['centres', 'import', 'centres.csv', '--allow-deletes'],
    ['key-times', 'edit', '--local-time', '10:00'],
  ])('is written in digits where it is a whole one: %s %s %s', async (...argv) => {
    await world.run(['store', 'init'])
    for (const text of ['1e3', '5.0', '99999999999999999999'])
      expect([text, (await world.run([...argv, text])).exit]).toEqual([text, 2])
  })

  it('of messages a second is none that a pause of Node cannot keep to', async () => {
    await world.run(['store', 'init'])
    expect(await world.run(['mail', 'send', '--rate', '0.0000001'])).toMatchObject({ exit: 2 })
    expect(await world.run(['mail', 'send', '--rate', '0.001'])).toMatchObject({ exit: 0 })
  })

  it('may stand before the noun', async () => {
    await world.run(['store', 'init'])
    expect(await world.run(['--wait', '5', 'users', 'list'])).toMatchObject({ exit: 0 })
    expect(await world.run(['--wait', 'many', 'users', 'list'])).toMatchObject({ exit: 2 })
  })

  it('may be a long wait', async () => {
    await world.run(['store', 'init'])
    expect(await world.run(['users', 'list', '--wait', '1e9'])).toMatchObject({ exit: 0 })
  })
})

describe('an empty option', () => {
  it.each([
    ['users', 'list', '--centre'],
    ['users', 'list', '--search'],
    ['users', 'add', 'A B <a@b.example>', '--centre'],
    ['users', 'add', 'A B <a@b.example>', '--centre', 'EG001', '--role'],
    ['centres', 'import', 'centres.csv', '--sheet'],
    ['centres', 'import', 'centres.csv', '--pins-out'],
    ['centres', 'import', 'centres.csv', '--delete-user'],
    ['audit', 'list', '--subject'],
  ])('is a mistake: %s %s', async (...argv) => {
    const world = newWorld()
    try {
      await world.run(['store', 'init'])
      for (const text of ['', ',']) {
        const ran = await world.run([...argv.slice(0, -1), `${argv.at(-1)}=${text}`])
        expect(ran).toMatchObject({ exit: 2, stdout: '' })
        expect(ran.stderr).toContain(`${argv.at(-1)} is empty.`)
      }
    } finally {
      await world.close()
    }
  })
})

describe('a variable whose name is nearly that of a setting', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())
  const typed = async (name: string, ...options: string[]) =>
    world.run(['users', 'list', ...options], { env: { [name]: 'x' } })

  it.each([
    ['SSH_ADMIN_BD', 'SSH_ADMIN_DB'],
    ['SSH_ADMIN_KEYFILE', 'SSH_ADMIN_KEY_FILE'],
    ['SSH_ADMIN_BASEURL', 'SSH_ADMIN_BASE_URL'],
    ['SSH_ADMIN_ASS', 'SSH_ADMIN_AS'],
  ])('is named: %s for %s', async (name, meant) => {
    await world.centre('EG001')
    expect((await typed(name)).stderr).toContain(
      `${name} is no setting, and nothing was read from it. Did you mean ${meant}?\n`,
    )
    expect((await typed(name, '--json')).json().notices).toMatchObject([{ code: 'unknown-variable' }])
  })

  it('is no business of ours where it is like none', async () => {
    await world.centre('EG001')
    expect((await typed('SSH_ADMIN_HOME')).stderr).not.toContain('SSH_ADMIN_HOME')
  })
})
