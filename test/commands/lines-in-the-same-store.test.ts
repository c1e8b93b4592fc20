import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { typedSettingsIn, withTypedSettings } from '../../src/cli/suggested-lines.ts'
import { wordsOfLine } from '../../src/cli/batch/parse-line.ts'
import { newWorld, type World } from '../world.ts'

const amira = 'amira@nile.example'
const omar = 'omar@nile.example'

let world: World
let there: readonly string[]
const run = (...line: string[]) => world.run([...line, ...there])

beforeAll(async () => {
  world = newWorld()
  await world.ready()
  there = ['--db', world.elsewhere('other'), '--key-file', world.path('other.key')]
  await run('centres', 'create', 'EG001', '--name', 'Nile School', '--country', 'Egypt')
  await run('coordinator', 'add', 'EG001', `Amira Haddad <${amira}>`, '--yes')
  await run('users', 'add', `Omar Aziz <${omar}>`, '--centre', 'EG001', '--yes')
})
afterAll(() => world.close())

const linesOf = (hint: string | null) => hint?.match(/ssh-admin [^\n,;]*/g) ?? []

describe('a line that is suggested', () => {
  it.each([
    ['users suspend', [amira, '--yes'], 'ssh-admin coordinator suspend'],
    ['users delete', [omar, '--yes'], 'ssh-admin users suspend'],
    ['users add', [`Omar Aziz <${omar}>`, '--centre', 'EG001'], 'ssh-admin users show'],
    ['coordinator add', ['EG001', 'Lina Said <lina@nile.example>'], 'ssh-admin coordinator change'],
    ['centres create', ['EG001', '--name', 'X', '--country', 'Egypt'], 'ssh-admin centres show'],
    ['users show', ['amria@nile.example'], 'ssh-admin users show'],
    ['mail show', ['77'], 'ssh-admin mail list'],
  ])('by %s works as typed in the same store', async (command, words, suggested) => {
    const hint = (await run(...command.split(' '), ...words, '--json')).error().hint
    const line = linesOf(hint).find((one) => one.includes(suggested)) ?? ''
    expect(line).not.toBe('')
    for (const word of there) expect(line.split(' ').filter((one) => one === word)).toEqual([word])
    const pasted = wordsOfLine(line).slice(1)
    const ran = await world.run([...pasted.map((word) => word.replace(/^'|'$/g, '')), '--json'])
    expect(ran.stderr).not.toContain('store-missing')
    expect([0, 2]).toContain(ran.exit)
  })

  it('of several targets, of a notice and of an empty list names the store, too', async () => {
    const several = await run('users', 'delete', omar, amira, '--yes', '--json')
    const { problems } = several.error().details
    expect(JSON.stringify(problems).match(/ssh-admin users suspend --db/g)).toHaveLength(1)
    const reset = await run('mail', 'send')
    expect(reset.exit).toBe(0)
    const none = await world.run(['users', 'list', '--db', world.elsewhere('none')])
    expect(none.stderr).toContain(`ssh-admin centres import --db ${world.elsewhere('none')} FILE`)
  })

  it('at the end of an answer and in what is next does, too', async () => {
    const at = new Date(world.now.getTime() + 30 * 60 * 60 * 1000)
    const status = await world.run(['status', ...there, '--json'], { at })
    expect(status.json().next).toEqual([`ssh-admin users list ${there.join(' ')} --not-set-up`])
    const seen = await world.run(['status', ...there], { at, terminal: { columns: 400 } })
    expect(seen.stdout).toContain(`ssh-admin users list ${there.join(' ')} --not-set-up`)
    const release = ['releases', 'show', '9', ...there]
    expect((await world.run(release)).stderr).toContain(`ssh-admin releases list ${there.join(' ')}`)
  })

  it('of a line of a batch names the store of the batch', async () => {
    const ran = await world.run(['batch', '--json', '--yes', ...there], { stdin: `users delete ${omar}\n` })
    expect(`${ran.stdout}${ran.stderr}`).toContain(`ssh-admin users suspend ${there.join(' ')}`)
  })

  it('for the same actor names the actor, but where it is for Cambridge staff', async () => {
    await world.centre('EG001', { coordinator: amira })
    const refused = await world.run(['mail', 'list', '--as', amira])
    expect(refused.stderr).toContain(`ssh-admin roles list --as ${amira} --matrix`)
    expect(withTypedSettings('ssh-admin mail send', { as: amira })).toBe('ssh-admin mail send')
    expect(withTypedSettings('ssh-admin mail send', { as: 'staff' })).toBe('ssh-admin mail send --as staff')
    expect(withTypedSettings('ssh-admin account request EMAIL', { as: amira })).toBe(
      'ssh-admin account request EMAIL',
    )
  })
})

describe('typed settings', () => {
  const typed = { db: 'a b.db', keyFile: 'k' }

  it.each([
    ['Then: ssh-admin users list.', "Then: ssh-admin users list --db 'a b.db' --key-file k."],
    [
      'ssh-admin mail list | ssh-admin users pin -',
      "ssh-admin mail list --db 'a b.db' --key-file k | ssh-admin users pin --db 'a b.db' --key-file k -",
    ],
    ['An older ssh-admin cannot use it.', 'An older ssh-admin cannot use it.'],
    ['Update ssh-admin on this machine.', 'Update ssh-admin on this machine.'],
    ['ssh-admin help roles', 'ssh-admin help roles'],
    ['ssh-admin users --help lists them.', 'ssh-admin users --help lists them.'],
    ['/bin/ssh-admin users list', '/bin/ssh-admin users list'],
    ['ssh-admin seed --db trial.db', 'ssh-admin seed --db trial.db'],
    [
      'ssh-admin centres imports lists them.',
      "ssh-admin centres imports --db 'a b.db' --key-file k lists them.",
    ],
    ["ssh-admin users show --db 'a b.db' x", "ssh-admin users show --db 'a b.db' x"],
  ])('%s', (text, full) => {
    expect(withTypedSettings(text, typed)).toBe(full)
  })

  it('are found as they were typed, and no password of an address is repeated', () => {
    expect(typedSettingsIn(['--db=a.db', 'users', 'list', '--as', amira, '--', '--db', 'b'])).toEqual({
      db: 'a.db',
      as: amira,
    })
    const shown = withTypedSettings('ssh-admin users list', { db: 'postgres://hub:geheim@host/hub' })
    expect(shown).not.toContain('geheim')
  })
})
