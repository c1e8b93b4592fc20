import fc from 'fast-check'
import { chmodSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readAddress } from '../../../src/rules/users/email.ts'
import { escapeFormula, unescapeFormula } from '../../../src/workbook/cell.ts'
import { newWorld, type World } from '../../world.ts'

describe('an address', () => {
  it.each([
    'a@ex%61mple.example',
    'b@m。example',
    'c@ｍ.example',
    'e@①.example',
    'f@m.example%2ebad.example',
  ])('is refused, and not repaired: %s', (text) => {
    expect(readAddress(text)).toHaveProperty('problem')
  })

  it.each([
    ['a@ѕchool.example', 'mixes letters of different scripts in its domain'],
    ['a@schооl.example', 'mixes letters of different scripts in its domain'],
    ['a@xn--chool-lvf.example', 'mixes letters of different scripts in its domain'],
    ['аmira@school.example', 'has a letter before the @ that is not in the English alphabet'],
    ['a\u200bb@school.example', 'contains an invisible character'],
    ['a@school\u00ad.example', 'contains an invisible character'],
    ['a@sch\u202eool.example', 'contains an invisible character'],
    ['a@school.example\u0007', 'contains an invisible character'],
    ['a@\u3164école.example', 'contains an invisible character'],
    ['a@school', 'has a domain without a dot'],
    [`${'a'.repeat(65)}@school.example`, 'is longer than 64 characters before the @'],
    [`a@${`${'b'.repeat(62)}.`.repeat(4)}example`, 'is longer than 254 characters'],
  ])('is refused with what is wrong: %s', (text, problem) => {
    expect(readAddress(text)).toMatchObject({ problem })
  })

  it.each(['a@school', 'a@schооl.example', 'аmira@school.example', 'a\u200bb@school.example'])(
    'is refused with what to do: %s',
    (text) => {
      expect(readAddress(text)).toHaveProperty('hint')
    },
  )

  it.each([
    'a@école.example',
    'a@ÉCOLE.example',
    'a@xn--cole-9oa.example',
    'a@школа.example',
    'a@学校.example',
  ])('is taken as it is written: %s', (text) => {
    expect(readAddress(text)).toHaveProperty('key')
  })

  it('is read at a glance as it is read with a blank before it, which takes the longer way', () => {
    const pieces = fc.constantFrom(
      ...'a B 9 - . @ _ + xn-- é ．'.split(' '),
      'school',
      'example',
      'x'.repeat(64),
      'l'.repeat(40),
    )
    const texts = fc
      .tuple(fc.array(pieces, { maxLength: 4 }), fc.array(pieces, { maxLength: 5 }))
      .map(([local, domain]) => `${local.join('')}@${domain.join('')}`)
    fc.assert(
      fc.property(texts, (text) => {
        expect(readAddress(text)).toEqual(readAddress(` ${text}`))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a domain that only looks like another', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user('amira@coca.example', { centre: 'EG001' })
  })
  afterEach(() => world.close())

  const whole = 'сoса.example'.replace('o', 'о')

  it('is refused for a new user, a coordinator and a changed address', async () => {
    for (const argv of [
      ['users', 'add', `Amira Haddad <amira@${whole}>`, '--centre', 'EG001', '--json'],
      ['coordinator', 'add', 'EG001', `Amira Haddad <amira@${whole}>`, '--yes', '--json'],
      ['users', 'edit', 'amira@coca.example', '--email', `amira@${whole}`, '--yes', '--json'],
    ]) {
      const ran = await world.run(argv)
      expect([ran.exit, ran.error().code], argv.join(' ')).toEqual([3, 'look-alike-domain'])
    }
  })

  it('is taken where no other is in use that it looks like', async () => {
    const ran = await world.run(['users', 'add', 'Ann Ann <a@школа.example>', '--centre', 'EG001', '--json'])
    expect([ran.exit, ran.stderr]).toEqual([0, ''])
  })
})

describe('a cell of a list', () => {
  it.each(['=1', '+1', '-1', '@x', '＝1', '＋1', '－1', '＠x'])('is guarded where it is %s', (text) => {
    expect(escapeFormula(text)).toBe(`'${text}`)
    expect(unescapeFormula(escapeFormula(text))).toBe(text)
  })
})

describe('what the settings may say', () => {
  let world: World
  beforeEach(async () => {
    world = newWorld()
    await world.centre('EG001')
    await world.user('amira@school.example', { centre: 'EG001' })
  })
  afterEach(() => world.close())

  const resetting = (env: Record<string, string>) =>
    world.run(['users', 'reset-password', 'amira@school.example', '--yes', '--json'], { env })

  it.each(['http://hub.example', 'https://user@hub.example', 'https://user:pw@hub.example', 'hub.example'])(
    'is no address of the site: %s',
    async (url) => {
      const ran = await resetting({ SSH_ADMIN_BASE_URL: url })
      expect([ran.exit, ran.error().code]).toEqual([2, 'bad-base-url'])
    },
  )

  it.each(['127.999.1.1', '127.0.0.1.example', '128.0.0.1', 'localhost.example'])(
    'is not this machine: %s',
    async (host) => {
      const ran = await resetting({ SSH_ADMIN_SMTP_URL: `smtp://${host}:1?ignoreTLS=true` })
      expect([ran.exit, ran.error().code]).toEqual([2, 'bad-smtp'])
    },
  )

  it.each(['LOCALHOST', '127.9.9.9', '[::1]'])('is this machine: %s', async (host) => {
    const ran = await resetting({ SSH_ADMIN_SMTP_URL: `smtp://${host}:1?ignoreTLS=true` })
    expect(ran.exit).toBe(9)
  })

  it('is looked through by store check, the folder included', async () => {
    chmodSync(world.folder, 0o777)
    const ran = await world.run(['store', 'check', '--json'])
    expect(ran.json().findings).toMatchObject([{ code: 'folder-open-to-others', target: world.folder }])
  })
})

describe('an address that no account could get', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  const typed = [
    'users show -- -x@foo.example',
    'users suspend --yes -- -x@foo.example amira@school.example',
    'users restore -- -x@foo.example',
    'users erase --yes -- -x@foo.example',
    'users exists -- -x@foo.example',
    'users transfer amira@school.example --to=-x@foo.example --yes',
    'coordinator change EG001 --to=-x@foo.example --yes',
    'roles grant -- -x@foo.example exams-officer',
    'associates assign -- -x@foo.example EG001',
    'templates preview password-reset --to=-x@foo.example',
    'users list --as=-x@foo.example',
    'users add --centre EG001 -- Xaver<-x@foo.example>',
  ]
  const run = (line: string) => {
    const [command = '', rest] = line.split(' -- ')
    const words = command.split(' ')
    return world.run([...words, '--json', ...(rest === undefined ? [] : ['--', ...rest.split(' ')])])
  }

  it.each(typed)('is a wrong call, whatever was to be done with it: %s', async (line) => {
    await world.centre('EG001')
    await world.user('amira@school.example', { centre: 'EG001' })
    const ran = await run(line)
    const { code, message, details } = ran.error()
    const [problem] = (details.problems ?? [{ code, message }]) as { code: string; message: string }[]
    expect([ran.exit, problem?.code]).toEqual([2, 'invalid-email'])
    expect(problem?.message).toBe("'-x@foo.example' begins with -, and no address does.")
  })

  it('is told beside whatever else stands in the way, in a long list too', async () => {
    await world.centre('EG001')
    const nobody = Array.from({ length: 30 }, (_, at) => `nobody${at}@school.example`)
    const list = [...nobody, '-x@foo.example', 'last@school.example'].join('\n')
    const ran = await world.run(['users', 'suspend', '-', '--yes', '--json'], { stdin: list })
    const problems = ran.error().details.problems as { target: string; code: string }[]
    expect([ran.exit, problems.length]).toEqual([2, 32])
    expect(problems[30]).toMatchObject({ target: '-x@foo.example', code: 'invalid-email' })
  })

  it('is found all the same where a store has it from before', async () => {
    await world.centre('EG001')
    await world.user('-x@foo.example', { centre: 'EG001' })
    expect((await run('users show -- -x@foo.example')).json()).toMatchObject({ email: '-x@foo.example' })
    expect(await run('users exists -- -x@foo.example')).toMatchObject({ exit: 0 })
    expect(await run('users edit --email x@foo.example --yes -- -x@foo.example')).toMatchObject({ exit: 0 })
  })

  it('reads the same outside what an actor may see, there or not', async () => {
    await world.centre('EG001', { coordinator: 'huda@school.example' })
    await world.centre('EG002')
    await world.user('-x@foo.example', { centre: 'EG002' })
    for (const command of ['show', 'exists'])
      for (const address of ['-x@foo.example', '-y@foo.example']) {
        const ran = await run(`users ${command} --as huda@school.example -- ${address}`)
        expect([ran.exit, ran.error().code]).toEqual([2, 'invalid-email'])
      }
  })
})
