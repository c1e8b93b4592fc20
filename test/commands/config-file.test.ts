import { userInfo } from 'node:os'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'
import { homeFolder } from '../../src/server-address.ts'

let world: World
beforeEach(() => {
  world = newWorld()
})
afterEach(() => world.close())

const file = () => world.path('.config/ssh-admin/config.json')
const contents = () => JSON.parse(readFileSync(file(), 'utf8'))
const set = (...more: string[]) => world.run(['config', 'set', ...more, '--json'])

describe('config set', () => {
  it('writes a setting under the name of its flag, readable by its owner only', async () => {
    expect((await set('mail-from', 'hub@school.example')).json()).toMatchObject({
      name: 'mail-from',
      changed: true,
    })
    expect((await set('asRequired', 'yes')).json()).toMatchObject({ changed: true })
    expect((await set('mail-dir', 'letters')).exit).toBe(0)
    expect(contents()).toEqual({
      mailFrom: 'hub@school.example',
      asRequired: true,
      mailDir: world.path('letters'),
    })
    expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['as', 'nonsense', 'invalid-email'],
    ['as', 'amira\u001b]0;x\u0007@school.example', 'invalid-email'],
    ['mail-from', 'Cambridge', 'bad-mail-from'],
    ['base-url', 'http://hub.example', 'bad-base-url'],
    ['smtp', 'nowhere', 'bad-smtp'],
    ['smtp', 'smtp://mail.example:0', 'bad-smtp'],
    ['smtp', 'smtp://hub@mail.example', 'bad-smtp'],
    ['db', 'postgres://hub@db:port/hub', 'invalid-store'],
    ['db', 'folder', 'store-foreign'],
    ['db', 'text.txt', 'store-foreign'],
    ['key-file', 'folder', 'key-damaged'],
    ['key-file', 'text.txt', 'key-exposed'],
    ['mail-dir', 'text.txt', 'invalid-option'],
    ['smtp-password-file', 'nowhere.txt', 'smtp-password-missing'],
    ['smtp-password-file', 'text.txt', 'smtp-password-exposed'],
  ])('refuses %s %j, with which each command or letter would be refused', async (name, value, code) => {
    mkdirSync(world.path('folder'))
    writeFileSync(world.path('text.txt'), 'text', { mode: 0o644 })
    const ran = await set(name, value)
    expect([ran.exit === 2 || ran.exit === 7, ran.error().code]).toEqual([true, code])
    expect(existsSync(file())).toBe(false)
  })

  it('takes a store, a key and a folder that are still to be made, and a store that is there', async () => {
    for (const [name, value] of [
      ['db', 'later.db'],
      ['key-file', 'later.key'],
      ['mail-dir', 'later'],
      ['db', 'postgres://hub@db.example/hub'],
    ] as const)
      expect((await set(name, value)).exit, value).toBe(0)
    await world.run(['store', 'init', '--db', 'there.db', '--yes'])
    expect((await set('db', 'there.db')).exit).toBe(0)
  })

  it('takes a mail server with a user once its password is in a file that the file or the environment names', async () => {
    const server = 'smtp://hub@mail.example:587'
    expect((await set('smtp', server)).error().hint).toContain('config set smtp-password-file')
    writeFileSync(world.path('password.txt'), 'text', { mode: 0o600 })
    const env = { SSH_ADMIN_SMTP_PASSWORD_FILE: world.path('password.txt') }
    expect((await world.run(['config', 'set', 'smtp', server], { env })).exit).toBe(0)
    expect(contents()).toEqual({ smtp: server })
    await world.run(['config', 'unset', 'smtp'])
    expect((await set('smtp-password-file', 'password.txt')).exit).toBe(0)
    expect((await set('mail-from', 'hub@school.example')).exit).toBe(0)
    rmSync(world.path('password.txt'))
    expect((await set('smtp', server)).json()).toMatchObject({ changed: true })
    expect(contents()).toMatchObject({ smtp: server })
  })

  it('takes staff, and an address, for whom a desk acts', async () => {
    expect((await set('as', 'staff')).exit).toBe(0)
    expect((await set('as', 'amira@school.example', '--as', 'staff')).exit).toBe(0)
    expect(contents()).toEqual({ as: 'amira@school.example' })
  })

  it('changes nothing where it is so already, or in a rehearsal', async () => {
    expect((await set('mail-from', 'hub@school.example', '--dry-run')).json()).toMatchObject({
      dryRun: true,
      changed: true,
    })
    expect(existsSync(file())).toBe(false)
    await set('mail-from', 'hub@school.example')
    expect((await set('mail-from', 'hub@school.example')).json()).toMatchObject({ changed: false })
  })

  it('goes through a link into the file that is kept elsewhere', async () => {
    writeFileSync(world.path('kept.json'), '{}')
    mkdirSync(dirname(file()), { recursive: true })
    symlinkSync(world.path('kept.json'), file())
    await set('mail-from', 'hub@school.example')
    expect(lstatSync(file()).isSymbolicLink()).toBe(true)
    expect(JSON.parse(readFileSync(world.path('kept.json'), 'utf8'))).toEqual({
      mailFrom: 'hub@school.example',
    })
  })

  it.each([
    [['mail-form', 'hub@school.example'], 'unknown-setting'],
    [['smtp', 'smtps://hub:secret@mail.example'], 'password-in-argument'],
    [['as-required', 'perhaps'], 'invalid-option'],
    [['db', 'mysql://db.example/hub'], 'not-a-file'],
    [['mail-from', ''], 'empty-setting'],
  ])('refuses what cannot be used: %j', async (argv, code) => {
    const ran = await set(...argv)
    expect({ exit: ran.exit, code: ran.error().code }).toEqual({ exit: 2, code })
    expect(ran.stderr).not.toContain('secret')
    expect(existsSync(file())).toBe(false)
  })
})

describe('config unset', () => {
  it('takes a setting out again', async () => {
    await set('mail-from', 'hub@school.example')
    expect((await world.run(['config', 'unset', 'mail-from', '--json'])).json()).toMatchObject({
      changed: true,
    })
    expect(contents()).toEqual({})
    expect((await world.run(['config', 'unset', 'mail-from', '--json'])).json()).toMatchObject({
      changed: false,
    })
  })
})

describe('config edit', () => {
  it('takes what the editor saved once it can be used', async () => {
    const script = world.path('editor.sh')
    writeFileSync(
      script,
      `if [ -e ${world.path('once')} ]; then echo '{"mailFrom": "hub@school.example"}' > "$1"; else touch ${world.path('once')}; echo '{"mailForm": 1}' > "$1"; fi\n`,
    )
    const desk = inProcess(world, ['config', 'edit'], {
      env: { EDITOR: `sh ${script}`, PATH: process.env.PATH },
    })
    await desk.sees('mailForm')
    await desk.sees('Edit it again?')
    desk.types('y\r')
    expect(await desk.leaves()).toMatchObject({ exit: 0 })
    expect(contents()).toEqual({ mailFrom: 'hub@school.example' })
  })

  it('keeps what was typed, and goes on with it', async () => {
    const env = {
      EDITOR: `sh ${world.path('editor.sh')}`,
      PATH: process.env.PATH,
      XDG_DATA_HOME: world.path('data'),
    }
    writeFileSync(world.path('editor.sh'), `echo '{"mailForm": 1}' > "$1"\n`)
    const desk = inProcess(world, ['config', 'edit'], { env })
    await desk.sees('Edit it again?')
    desk.types('n\r')
    const [, draft = ''] =
      /config edit --from (\S+)/.exec((await desk.leaves()).text.replaceAll(/ \\\n +|\n/g, ' ')) ?? []
    expect(readFileSync(draft, 'utf8')).toBe('{"mailForm": 1}\n')
    writeFileSync(world.path('editor.sh'), `sed -i 's/mailForm": 1/mailFrom": "hub@school.example"/' "$1"\n`)
    const again = inProcess(world, ['config', 'edit', '--from', draft], { env })
    await again.sees('Edit it again?')
    again.types('y\r')
    expect(await again.leaves()).toMatchObject({ exit: 0 })
    expect(contents()).toEqual({ mailFrom: 'hub@school.example' })
    expect(existsSync(draft)).toBe(false)
  })

  it('needs somebody to edit it', async () => {
    expect(await world.run(['config', 'edit'])).toMatchObject({ exit: 2 })
  })
})

describe('a configuration file that cannot be used', () => {
  const broken = ['{"db": 5}', '{"nonsense": 1}', '{"as": ""}', '{"db": ', '[]']
  beforeEach(() => mkdirSync(dirname(file()), { recursive: true }))

  it.each(broken)('is told of in our words, with what mends it: %s', async (text) => {
    writeFileSync(file(), text)
    const ran = await world.run(['config', 'show'])
    expect([ran.exit, ran.stderr]).toEqual([2, expect.stringContaining('ssh-admin config edit')])
    expect(ran.stderr).not.toMatch(/expected|Invalid input|Too small|\.\./)
  })

  it.each(broken)('is replaced by config edit: %s', async (text) => {
    writeFileSync(file(), text)
    writeFileSync(world.path('good.json'), '{}')
    const ran = await world.run(['config', 'edit', '--from', 'good.json', '--json'])
    expect(ran.json()).toMatchObject({ changed: true })
    expect((await world.run(['config', 'show'])).exit).toBe(0)
  })

  it.each(['help exit-codes', 'version', 'completion bash'])('keeps nobody from %s', async (line) => {
    writeFileSync(file(), '{"db": ')
    expect(await world.run(line.split(' '))).toMatchObject({ exit: 0, stderr: '' })
  })

  it('is not meant where the file to be taken is the wrong one', async () => {
    writeFileSync(file(), '{}')
    writeFileSync(world.path('bad.json'), '{"mailFrom": 5')
    expect((await world.run(['config', 'edit', '--from', 'bad.json'])).stderr).toBe(
      'error: bad.json is not JSON.\nhint:  Mend it, and give it again.\n',
    )
    const onStdin = await world.run(['config', 'edit', '--from', '-'], { stdin: '{"nope": ""}' })
    expect(onStdin.stderr).toContain('What came on stdin is wrong: it has no setting nope.')
    expect(onStdin.stderr).not.toContain('ssh-admin config edit')
  })

  it('is opened in the editor as it stands', async () => {
    writeFileSync(file(), '{"db": ')
    writeFileSync(world.path('editor.sh'), '#!/bin/sh\ngrep -q \'"db": \' "$1" && echo "{}" > "$1"\n', {
      mode: 0o700,
    })
    const ended = await inProcess(world, ['config', 'edit'], {
      env: { EDITOR: world.path('editor.sh') },
    }).leaves()
    expect([ended.exit, contents()]).toEqual([0, {}])
  })

  it('is not made by an empty value', async () => {
    const ran = await world.run(['config', 'set', 'as', ''])
    expect([ran.exit, ran.stderr]).toEqual([2, expect.stringContaining('The value of as is empty.\n')])
  })
})

describe('a folder of the XDG specification', () => {
  it('is left out of account where it is not absolute', async () => {
    const env = { XDG_CONFIG_HOME: 'here', XDG_DATA_HOME: './there', SSH_ADMIN_DB: undefined }
    const { settings, file: path } = (await world.run(['config', 'show', '--json'], { env })).json()
    expect(path).toBe(file())
    expect(settings.db.value).toBe(world.path('.local/share/ssh-admin/hub.db'))
  })

  it('is in the home of the account where HOME is empty, and not where somebody stands', () => {
    const { HOME } = process.env
    process.env.HOME = ''
    try {
      expect(homeFolder('')).toBe(userInfo().homedir)
      expect(homeFolder('relative')).toBe(userInfo().homedir)
    } finally {
      process.env.HOME = HOME
    }
  })
})
