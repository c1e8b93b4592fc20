import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCodes } from '../../src/cli/help/texts.ts'
import { topics } from '../../src/cli/help/topics.ts'
import { wholeProgram } from '../../src/cli/program.ts'
import { isCommand } from '../../src/cli/tree.ts'
import { settingNames, variables } from '../../src/config.ts'
import { kebabCase } from '../../src/kebab-case.ts'
import { centreColumns } from '../../src/import/columns.ts'
import { catalogue, givenSites, sites } from '../../src/rules/roles/catalogue.ts'
import { inProcess } from '../terminal.ts'
import { newWorld, type World } from '../world.ts'

const root = join(import.meta.dirname, '../..')

describe('the help of a command', () => {
  it('has its headings in bold, where there are styles', async () => {
    const world = newWorld()
    const env = { FORCE_COLOR: '1', NO_COLOR: undefined, PAGER: 'cat' }
    const headings = async (...more: string[]) => {
      const { raw } = await inProcess(world, ['users', 'show', '--help', ...more], { env }).leaves()
      return raw.match(/\u001b\[1m[^\u001b]*/g)?.map((heading) => heading.slice(4))
    }
    expect(await headings()).toEqual(['Usage:', 'Arguments:', 'Examples:', 'Options of every command:'])
    expect(await headings('--no-color')).toBeUndefined()
    await world.close()
  })
})

describe('the help of a command that gives access to sites', () => {
  it.each([['add'], ['edit'], ['list']])('names them: users %s', async (verb) => {
    const world = newWorld()
    const { stdout } = await world.run(['users', verb, '--help'])
    for (const site of givenSites) expect(stdout).toContain(site)
    await world.close()
  })
})

describe('a page of help', () => {
  it('has its headings in bold too, and no sentence that leads to a list', async () => {
    const world = newWorld()
    const env = { FORCE_COLOR: '1', NO_COLOR: undefined, PAGER: 'cat' }
    const inBold = async (topic: string) => {
      const { raw } = await inProcess(world, ['help', topic], { env }).leaves()
      return raw.match(/\u001b\[1m[^\u001b]*/g)?.map((heading) => heading.slice(4))
    }
    expect(await inBold('examples')).toContain('Somebody leaves:')
    expect(await inBold('mail')).toBeUndefined()
    await world.close()
  })
})

describe('each page of help', () => {
  let world: World
  beforeEach(() => {
    world = newWorld()
  })
  afterEach(() => world.close())

  const page = async (topic: string) => (await world.run(['help', topic])).stdout

  it.each(Object.keys(topics).flatMap((topic) => [80, 120].map((columns) => [topic, columns] as const)))(
    '%s fits a terminal of %i columns',
    async (topic, columns) => {
      const { text } = await inProcess(world, ['help', topic], { columns }).leaves()
      // A command is never broken: it is there to be pasted.
      const tooWide = text
        .split('\n')
        .filter((line) => line.length > columns && !/^\s*(\$ )?ssh-admin /.test(line))
      expect(tooWide).toEqual([])
    },
  )

  it.each(Object.keys(topics))(
    '%s names only options, commands and variables that there are',
    async (topic) => {
      const text = await page(topic)
      const known = optionsOf(await wholeProgram())
      for (const flag of text.match(/(?<![\w-])--[a-z][a-z-]+/g) ?? []) expect(known).toContain(flag)
      for (const name of text.match(/SSH_ADMIN_[A-Z_]+/g) ?? [])
        expect(Object.values(variables)).toContain(name)
      for (const [, words = ''] of text.matchAll(/ssh-admin ((?:[a-z-]+ ?)+)/g)) {
        const path = words
          .trim()
          .split(' ')
          .filter((word) => !word.startsWith('-'))
        expect(path.some((_, at) => isCommand(path.slice(0, at + 1)))).toBe(true)
      }
      for (const [, code] of text.matchAll(/\bexit (?:code )?(\d+)/g))
        expect(exitCodes.map(({ code: known }) => String(known))).toContain(code)
    },
  )

  it('has every setting, as it is named in the environment and in the file', async () => {
    const text = await page('settings')
    for (const name of settingNames) {
      expect(text).toContain(variables[name])
      expect(text).toMatch(new RegExp(`\\b${kebabCase(name)}\\b`))
    }
  })

  it('has every column of the workbook', async () => {
    const text = await page('workbook')
    for (const { heading } of centreColumns) expect(text).toContain(heading)
  })

  it('has every role, and every exit code that an error can have', async () => {
    const text = await page('roles')
    for (const name of [...catalogue.map((role) => role.name), ...sites]) expect(text).toContain(name)
    const codes = await page('exit-codes')
    const thrown = [...sourceOf('errors.ts').matchAll(/exit = (\d+)|super\((\d+),/g)].map(
      ([, one, two]) => one ?? two,
    )
    expect(thrown.length).toBeGreaterThan(5)
    for (const code of thrown) expect(codes).toMatch(new RegExp(`^ +${code}  `, 'm'))
  })

  it('names no code of an issue or a notice that the program does not have', async () => {
    const { workbook } = await import('../../src/cli/help/texts.ts')
    const listed = workbook.slice(workbook.indexOf('Why a row is held back'))
    const codes = listed.match(/(?<![\w-])[a-z]+(-[a-z]+)+(?![\w-])/g) ?? []
    const source = everySource(join(root, 'src')).filter((path) => !path.includes('/help/'))
    const text = source.map((path) => readFileSync(path, 'utf8')).join('\n')
    const notCodes = new Set(['ssh-admin', 'by-centre', 'dry-run', 'restore-deleted'])
    const unknown = codes.filter((code) => !notCodes.has(code) && !text.includes(`'${code}'`))
    expect(unknown).toEqual([])
  })

  it('is offered where another was misspelt', async () => {
    const { stderr, exit } = await world.run(['help', 'scritping'])
    expect(exit).toBe(2)
    expect(stderr).toContain('ssh-admin help scripting')
  })
})

function optionsOf(command: Command): string[] {
  return [
    ...command.options.flatMap(({ long }) => long ?? []),
    '--help',
    ...command.commands.flatMap((part) => optionsOf(part)),
  ]
}

function sourceOf(name: string): string {
  return readFileSync(join(root, 'src', name), 'utf8')
}

function everySource(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}
