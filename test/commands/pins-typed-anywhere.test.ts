import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyCommand } from '../../docs/command-tree.ts'
import { withoutSecrets } from '../../src/cli/secrets-typed.ts'
import { newWorld, type World } from '../world.ts'

const omar = 'omar@nile.example'
const pin = '48210937'

let world: World
beforeAll(async () => {
  world = newWorld()
  await world.centre('EG001', { name: 'Nile Academy', coordinator: 'head@nile.example' })
  await world.centre('CA001', { name: 'Delta Partners', kind: 'associate' })
  await world.user(omar, { centre: 'EG001', firstName: 'Omar', lastName: 'Said' })
})
afterAll(() => world.close())

/** What each argument is in a line that is right but for one word. */
const right: Readonly<Record<string, string>> = {
  email: omar,
  from: omar,
  centre: 'EG001',
  person: 'Zed Ali <zed@nile.example>',
  role: 'teacher',
  associate: 'CA001',
}

/** There eight digits are the number of a centre or of something else, or a day. */
const numbered: ReadonlySet<string> = new Set(
  'centre associate id import release target --centre --delete-centre --associate --for --import --release --resource --subject --postcode --since --until --from --opens --closes --date --limit --wait --rate --allow-deletes --allow-renames'.split(
    ' ',
  ),
)
/** These make or replace a store or a file, or read all of stdin, whatever is typed. */
const left = /^(?:seed|batch|completion|store (?:backup|restore|rekey|migrate|copy|init))/
const commands = (await everyCommand()).filter(({ words }) => !left.test(words))
const nouns = [...new Set(commands.map(({ words }) => words.split(' ')[0] ?? ''))]

/** Each place of a command with a PIN in it, but for those that take such a number. */
function linesOf({ words, command }: (typeof commands)[number]): string[][] {
  const typed = words.split(' ')
  const taken = command.registeredArguments
  const base = taken.filter(({ required }) => required).map((argument) => right[argument.name()] ?? '1')
  const isMove = words === 'users move'
  return [
    ...taken.flatMap((argument, at) =>
      [pin, `pin=${pin}`]
        .filter((text) => text !== pin || !numbered.has(argument.name()))
        .map((text) => [...typed, ...base.slice(0, at), text, ...base.slice(at + 1)]),
    ),
    ...(isMove || taken.some(({ variadic }) => variadic) || numbered.has(taken.at(-1)?.name() ?? 'centre')
      ? []
      : [[...typed, ...base, pin]]),
    ...command.options
      .filter(({ required, long }) => required && !/^--(?:db|key-file|mail-dir)$/.test(long ?? ''))
      .flatMap(({ long = '' }) =>
        [pin, `pin=${pin}`]
          .filter((text) => text !== pin || !(numbered.has(long) || (isMove && long === '--to')))
          .map((text) => [...typed, ...base, `${long}=${text}`]),
      ),
  ]
}

describe('a PIN that was typed where it does not belong', () => {
  it.each(nouns)('is told again by no command of %s', async (noun) => {
    const told: string[] = []
    for (const found of commands.filter(({ words }) => words.split(' ')[0] === noun)) {
      for (const line of linesOf(found)) {
        const rehearsed = found.command.options.some(({ long }) => long === '--dry-run') ? ['--dry-run'] : []
        const { exit, stdout, stderr } = await world.run([...line, '--no-input', ...rehearsed])
        if ((exit === 0 ? stderr : stderr + stdout).includes(pin)) told.push(line.join(' '))
      }
    }
    expect(told).toEqual([])
  })

  it.each([
    [`users list --fields pin=${pin}`, '***'],
    [`users list --sort ${pin}`, '***'],
    [`users add ${pin} --centre EG001`, '***'],
    [`roles grant ${omar} ${pin}`, '***'],
    [`config set ${pin} hub.db`, '***'],
    [`help ${pin}`, '***'],
  ])('is said as ***: %s', async (typed, shown) => {
    const { stderr } = await world.run([...typed.split(' '), '--no-input'])
    expect(stderr).toContain(shown)
    expect(stderr).not.toContain(pin)
  })

  it.each([
    ['a centre behind what takes no value', `centres edit --british-council ${pin} --kind x`],
    ['the centre of a right', `roles check ${omar} edit-centre ${pin}`],
    ['the subject of the log', `audit list --subject ${pin}`],
    ['a school year', 'releases show 2026-2027'],
    ['a school year of two words', 'users show 2026 2027'],
    ['the name of a file', ['centres', 'import', `Centres ${pin} new.xlsx`]],
  ])('is not what %s is taken for', (_, typed) => {
    const line = typeof typed === 'string' ? typed.split(' ') : typed
    expect(withoutSecrets(line).redactText(line.join(' '))).toBe(line.join(' '))
  })

  const flags = commands.flatMap(({ command }) =>
    command.options.filter(({ required, optional }) => !required && !optional).map(({ long = '' }) => long),
  )
  it.each([...new Set(flags)])('is not a centre behind %s', (flag) => {
    expect(withoutSecrets(['centres', 'edit', flag, pin]).redactText(`no centre ${pin}`)).toBe(
      `no centre ${pin}`,
    )
  })

  it('stands as VALUE in a line that is suggested, where it is the value of an option', async () => {
    const { stderr } = await world.run(['centres', 'create', '--town', pin, '--no-input'])
    expect(stderr).toContain('centres create CENTRE --town VALUE --no-input')
  })
})
