import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFileSync } from 'node:fs'
import stringWidth from 'string-width'
import { everyCommand } from '../../docs/command-tree.ts'
import { cleanForTerminal } from '../../src/render/clean-text.ts'
import { stylesOf } from '../../src/render/styles.ts'
import { appendAudit } from '../../src/rules/audit/append.ts'
import { worldFor } from '../example-worlds.ts'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

/** A title, a cleared screen, hidden text, C1, an override, an isolate, a mark, a tag. */
const hostile = '\u001b]0;x\u0007\u001b[2J\u001b[8m\u009b31m\u202e\u2066\u200f\u{e0041}\r'
/** Colours, and how a line that goes on changing is drawn anew. */
const ours = /\r\u001b\[K|\u001b\[(?:(?:[12]|22|3\d|9\d)m|\?(?:25|2026)[lh]|0?K|1?G)/g

/** What of a text could steer a terminal. */
const steering = (text: string) => [
  ...text.replace(ours, '').matchAll(/(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu),
]

/** Everything that can be read back holds something hostile. */
async function spoil(world: World): Promise<void> {
  const { db } = await world.store()
  const added = `'${hostile.replaceAll("'", "''")}'`
  for (const [table, columns] of Object.entries({
    centres: ['name', 'address', 'town', 'postcode'],
    users: ['first_name', 'last_name'],
    imports: ['file', 'sheet', 'operator'],
    outbox: ['to_name', 'last_error'],
    learner_groups: ['name', 'stage'],
    tests: ['subject', 'title'],
    results: ['learner'],
  })) {
    for (const column of columns) {
      await world.rows(`update ${table} set ${column} = coalesce(${column}, '') || ${added}`)
    }
  }
  await world.rows(`update outbox set subject = subject || ${added.replace('\r', '')}`)
  await db.deleteFrom('templates').where('name', '=', 'invitation').execute()
  await db
    .insertInto('templates')
    .values({
      name: 'invitation',
      subject: `Hello${hostile}`,
      text: `Hello {{ name }}${hostile} {{ temporaryPassword }}`,
      html: `<p>Hello${hostile} {{ temporaryPassword }}</p>`,
      edited_at: world.now.toISOString(),
      edited_by: `tester${hostile}`,
    })
    .execute()
  for (const subject of ['EG001', 'amira@school.example']) {
    await world.commit(
      (ctx) => (trx) =>
        appendAudit(trx, {
          ...ctx,
          actor: { kind: 'staff', operator: `tester${hostile}`, command: `test${hostile}` },
          action: 'centres.edited',
          subject,
          facts: { name: hostile },
          personal: { nameAfter: hostile },
        }),
    )
  }
}

const leaves = (await everyCommand()).filter(({ examples }) => examples.length > 0)
const wordsOf = (line: string) =>
  [...(line.split(' < ')[0] ?? '').matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  )

describe.each(leaves)('a terminal that $words is run in', ({ words, examples: [example = ''] }) => {
  it('is not steered by what the store holds, nor by what is typed', async () => {
    const world = await worldFor({ words, example })
    try {
      if (!['store init', 'store restore', 'seed'].includes(words)) await spoil(world)
      const argv = wordsOf(example).slice(1)
      for (const typed of [
        argv,
        [...argv, '--json'],
        [...argv, '--yes'],
        [...argv, `--as=x${hostile}`, '--debug'],
        [...argv, `--db=${world.path(`nowhere${hostile}`)}`, '--debug'],
        [...argv, `--db=${world.path(`nowhere${hostile}`)}`, '--json'],
        [...argv.slice(0, -1), `${argv.at(-1)}${hostile}`, '--debug'],
        [...argv, `--no-such${hostile}`],
      ]) {
        const { stdout, stderr } = await world.run(typed, { terminal: true, env: { FORCE_COLOR: '1' } })
        expect(steering(stdout), typed.join(' ')).toEqual([])
        expect(steering(stderr), typed.join(' ')).toEqual([])
      }
    } finally {
      await world.close()
    }
  })
})

describe('what a terminal is sent', () => {
  it('keeps our own colours, lines, and the spelling of names', () => {
    const { bold, red } = stylesOf(1)
    expect(cleanForTerminal(`${bold('Name')}\n${red('می\u200cخواهم')}\té`)).toBe(
      '\u001b[1mName\u001b[22m\n\u001b[31mمی\u200cخواهم\u001b[39m\té',
    )
    expect(stringWidth(bold('Name'))).toBe(4)
  })

  it('has no colour that a value brought along', () => {
    const { bold } = stylesOf(1)
    expect(cleanForTerminal(bold('a\u001b[30mb\u001b[1mc'))).toBe(
      '\u001b[1ma\\u001b[30mb\\u001b[1mc\u001b[22m',
    )
  })

  it('has no colour of the name of a file, in the summary, the issues or a stack', async () => {
    const world = newWorld()
    try {
      const file = 'roster\u001b[30m.csv'
      writeFileSync(world.path(file), 'Centre number,Centre name,Email,Country\nEG001,Nile School,a@,Egypt\n')
      for (const argv of [
        ['centres', 'import', file, '--yes'],
        ['centres', 'import', file, '--yes', '--json'],
        ['centres', 'lint', file],
        ['status', '--debug', '--db', '/nonexistent/a\u001b[31mb'],
      ]) {
        const { raw } = await inProcess(world, argv).leaves()
        expect(raw).not.toMatch(/\u001b\[3[01]m(?:\.csv|b)/)
        expect(raw).toMatch(/\\u001b\[3[01]m(?:\.csv|b)/)
      }
    } finally {
      await world.close()
    }
  })

  it('is the same JSON as before', () => {
    const value = { name: hostile, other: 'é\u0085' }
    const sent = cleanForTerminal(JSON.stringify(value, null, 2))
    expect(steering(sent)).toEqual([])
    expect(JSON.parse(sent)).toEqual(value)
  })
})

describe('a template', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  it('comes to a pipe as it is saved, and to a terminal cleaned', async () => {
    await spoil(world)
    expect((await world.run(['templates', 'show', 'invitation'])).stdout).toContain('\u202e')
    const shown = await world.run(['templates', 'show', 'invitation'], { terminal: true })
    expect(shown.stdout).toContain('\\u202e')
    expect(steering(shown.stdout)).toEqual([])
  })
})
