import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testServer } from './shared-store.ts'
import { newWorld, type World } from './world.ts'

const root = join(import.meta.dirname, '..')
const documents = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md') && !['commands.md', 'tasks.md', 'associates.md'].includes(name))
  .map((name) => join('docs', name))

describe('what the documents say is typed', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
    symlinkSync(join(root, 'fixtures'), world.path('fixtures'))
  })
  afterEach(() => world.close())

  /** Whoever acts has set up their password. */
  const setUp = async (email: string | undefined) => {
    if (email === undefined) return
    const { db } = await world.store()
    await db.updateTable('users').set({ status: 'active' }).where('email', '=', email).execute()
  }

  // On a server a rehearsal uses up numbers of Key Times, which the lines name (docs/shared-store.md).
  it.each(testServer === undefined ? ['tasks.md', 'associates.md'] : ['associates.md'])(
    '%s: each line does what it is for, from top to bottom',
    async (name) => {
      const lines = linesIn(readFileSync(join(root, 'docs', name), 'utf8'))
      expect(lines.length).toBeGreaterThan(5)
      for (const line of lines) {
        await setUp(/--as (\S+)/.exec(line)?.[1])
        const [typed = '', file] = line.split(' > ')
        const stdin = await secretsFor(typed, world)
        const { exit, stdout, stderr } = await world.run(
          wordsOf(typed).slice(1),
          stdin === undefined ? {} : { stdin },
        )
        if (file !== undefined) writeFileSync(world.path(file), stdout)
        // Rows that are held back and errors that are listed are an answer.
        expect({ line, exit: exit === 8 ? 0 : exit, stderr: exit === 0 || exit === 8 ? '' : stderr }).toEqual(
          {
            line,
            exit: 0,
            stderr: '',
          },
        )
      }
    },
  )
})

describe('whatever a document says to type', () => {
  it.each(['README.md', 'CONTRIBUTING.md', ...documents])('is taken by the program: %s', async (name) => {
    const world = newWorld()
    try {
      for (const line of spokenOf(readFileSync(join(root, name), 'utf8'))) {
        const ran = await world.run([...wordsOf(line).slice(1), '--no-input'])
        const said = /^error: (.*)/m.exec(ran.stderr)?.[1] ?? ''
        expect({ line, refused: ran.exit === 2 && ofParser.test(said) ? said : '' }).toEqual({
          line,
          refused: '',
        })
      }
    } finally {
      await world.close()
    }
  })
})

/** Those with a place to be filled in, or a server, are no lines of their own. */
function spokenOf(text: string): string[] {
  const inCode = [
    ...text.matchAll(/`(ssh-admin [^`]+)`/g),
    ...text.matchAll(/^(?: {4}|\s*- run: )?(ssh-admin .*)$/gm),
  ]
  return inCode
    .map(([, line = '']) =>
      line
        .replaceAll(/\s+/g, ' ')
        .replace(/ #.*$| [|>] .*$| && .*$| \\$/, '')
        .trim(),
    )
    .filter((line) => !/NOUN|postgres:|\$\(/.test(line))
}

const ofParser = /^Unknown|has no command|^Too many|takes nothing behind|is none of/

/** Of blocks of code, and of tables: what stands in prose is only spoken of. */
function linesIn(text: string): string[] {
  const inBlocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(({ 1: lines = '', index }) => ({
    index,
    lines: lines.split('\n').filter((line) => line.startsWith('ssh-admin ')),
  }))
  const inTables = [...text.matchAll(/^\|.*\|$/gm)].map(({ 0: row, index }) => ({
    index,
    lines: [...row.matchAll(/`(ssh-admin [^`]+)`/g)].map(([, line = '']) => line),
  }))
  return [...inBlocks, ...inTables]
    .sort((one, other) => one.index - other.index)
    .flatMap(({ lines }) => lines)
}

const password = 'nine brown bicycles asleep'

/** What its owner has at hand: the PIN, or what the last message to them holds, and a password. */
async function secretsFor(line: string, world: World): Promise<string | undefined> {
  const [, verb, email = ''] = /^ssh-admin account (\S+) (\S+)/.exec(line) ?? []
  if (verb === 'sign-in') return `${password}\n`
  if (verb === 'activate') {
    const [, pin] = (await world.run(['users', 'pin', email, '--show'])).stdout.split('\t')
    return `${pin}\n${password}\n`
  }
  if (verb !== 'set-up' && verb !== 'verify') return undefined
  const [secret] =
    /https:\S+\/\d+\.\S+|\b(?:\w{4}-){3}\w{4}\b|^ +\d{6}$/m.exec(await lastMessageTo(email, world)) ?? []
  return verb === 'verify' ? `${secret?.trim()}\n` : `${secret}\n${password}\n`
}

async function lastMessageTo(email: string, world: World): Promise<string> {
  const folder = world.mailFolder
  const messages = readdirSync(folder).sort().reverse()
  for (const name of messages) {
    const { to, text } = await PostalMime.parse(readFileSync(join(folder, name)))
    if (to?.some(({ address }) => address === email)) return text ?? ''
  }
  return ''
}

/** As a shell would part them: quotation marks hold words together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}
