import { copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newWorld, type World } from '../../world.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  mkdirSync(world.path('store'))
  await run('store', 'init')
  await run('centres', 'create', 'EG001', '--name', 'Nile', '--country', 'Egypt')
  await run('users', 'add', 'Omar Said <omar@school.example>', '--centre', 'EG001', '--yes')
  writeFileSync(world.path('password'), 'of the mail server\n')
  writeFileSync(world.path('guide'), 'how to add users\n')
  await run('help-documents', 'upload', 'guide', '--title', 'Guide')
})
afterEach(() => world.close())

const places = {
  SSH_ADMIN_DB: 'store/hub.db',
  SSH_ADMIN_KEY_FILE: 'store/key',
  SSH_ADMIN_MAIL_DIR: 'store/mail',
  SSH_ADMIN_SMTP_PASSWORD_FILE: 'password',
}
const run = (...argv: string[]) => world.run([...argv, '--json'], { env: places })
const facts = ['--title', 'Listening', '--kind', 'other', '--series', '2026-06']
const uploads = async () => [
  (await run('resources', 'list')).json().total,
  (await run('help-documents', 'list')).json().helpDocuments.length,
]
const refusal = { exit: 3, code: 'same-file' }
const refused = async (...argv: string[]) => {
  const ran = await run(...argv)
  return { exit: ran.exit, code: ran.error().code }
}

describe('what belongs to the store', () => {
  it.each([
    'store/hub.db',
    'store/key',
    'store/key.head',
    'store/hub.db.before-restore-1',
    'store/mail/1.eml',
    'password',
  ])('is never uploaded: %s', async (file) => {
    if (!['store/hub.db', 'store/key', 'password'].includes(file)) {
      mkdirSync(world.path('store/mail'), { recursive: true })
      writeFileSync(world.path(file), 'ours\n')
    }
    expect(await refused('resources', 'upload', file, ...facts)).toEqual(refusal)
    expect(await refused('help-documents', 'upload', file, '--title', 'Another')).toEqual(refusal)
    expect(await refused('help-documents', 'replace', '1', file, '--yes')).toEqual(refusal)
    expect(await uploads()).toEqual([0, 1])
  })

  it('is never uploaded under another name', async () => {
    symlinkSync('store/key', world.path('link.mp3'))
    linkSync(world.path('store/key'), world.path('twin.mp3'))
    symlinkSync('store', world.path('folder'))
    symlinkSync('store/key.head', world.path('head.mp3'))
    writeFileSync(world.path('store/key.head'), 'ours\n')
    for (const file of ['link.mp3', 'twin.mp3', 'folder/hub.db', 'head.mp3'])
      expect([file, await refused('resources', 'upload', file, ...facts)]).toEqual([file, refusal])
    expect(await uploads()).toEqual([0, 1])
  })

  it.each(['store/key.head', 'store/hub.db.before-restore-1', 'store/mail/1.eml'])(
    'is never uploaded as a second name of it: %s',
    async (file) => {
      mkdirSync(world.path('store/mail'), { recursive: true })
      writeFileSync(world.path(file), 'ours\n')
      linkSync(world.path(file), world.path('twin.mp3'))
      expect(await refused('resources', 'upload', 'twin.mp3', ...facts)).toEqual(refusal)
      expect(await uploads()).toEqual([0, 1])
    },
  )

  it('is never uploaded as a copy of the key, or as a backup of a store, wherever that lies', async () => {
    copyFileSync(world.path('store/key'), world.path('copy.mp3'))
    await run('store', 'backup', 'backup.mp3')
    for (const file of ['copy.mp3', 'backup.mp3'])
      expect([file, await refused('resources', 'upload', file, ...facts)]).toEqual([file, refusal])
    expect(await uploads()).toEqual([0, 1])
  })

  it('is not what only has a second name elsewhere', async () => {
    linkSync(world.path('guide'), world.path('twin.mp3'))
    expect((await run('resources', 'upload', 'twin.mp3', ...facts)).exit).toBe(0)
  })

  it('keeps nothing of the other files of the call', async () => {
    const ran = await run('resources', 'upload', 'guide', 'store/key', ...facts)
    expect(ran.exit).toBe(3)
    expect(ran.error().details.problems).toMatchObject([{ target: 'store/key', code: 'same-file' }])
    expect(await uploads()).toEqual([0, 1])
  })

  it.each([
    ['.pgpass', {}, 'holds passwords of PostgreSQL'],
    ['passwords', { PGPASSFILE: 'passwords' }, 'holds passwords of PostgreSQL'],
    ['.config/ssh-admin/config.json', {}, 'is the configuration of this program'],
    [
      'settings/ssh-admin/config.json',
      { XDG_CONFIG_HOME: 'settings' },
      'is the configuration of this program',
    ],
  ])('is kept apart like what belongs to this desk: %s', async (file, named, what) => {
    const env = Object.fromEntries(Object.entries(named).map(([name, path]) => [name, world.path(path)]))
    mkdirSync(dirname(world.path(file)), { recursive: true })
    writeFileSync(world.path(file), '{}')
    linkSync(world.path(file), world.path('twin.mp3'))
    for (const each of [file, 'twin.mp3']) {
      const uploading = ['resources', 'upload', each, ...facts, '--json']
      const ran = await world.run(uploading, { env: { ...env, ...places } })
      expect(ran.exit).toBe(3)
      expect(ran.error()).toMatchObject({ code: 'same-file', message: `${each} ${what}.` })
    }
    const writing = ['help-documents', 'download', '1', '--out', file, '--yes', '--json']
    expect((await world.run(writing, { env: { ...env, ...places } })).error()).toMatchObject({
      code: 'same-file',
      message: `${file} ${what}.`,
    })
  })

  it('is never the words of a letter', async () => {
    expect(await refused('templates', 'edit', 'invitation', '--from', 'store/key', '--yes')).toEqual(refusal)
  })

  it('is not looked for behind a path that no file can have', async () => {
    const file = 'x'.repeat(300)
    const unreadable = { exit: 6, code: 'file-not-readable' }
    expect(await refused('templates', 'edit', 'invitation', '--from', file)).toEqual(unreadable)
  })
})
