import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { wholeProgram } from '../../src/cli/program.ts'

/** Stands for whatever a sentence says in its place. */
const something = '\u0001'

const folder = new URL('../../src/', import.meta.url).pathname

function sourceFiles(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
}

/** What a file says: its texts, each with the place of what is filled in. */
function textsIn(name: string): string[] {
  const code = readFileSync(join(folder, name), 'utf8')
  if (!/ssh-admin |--[a-z]/.test(code)) return []
  const source = ts.createSourceFile(name, code, ts.ScriptTarget.Latest)
  const texts: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text)
    else if (ts.isTemplateExpression(node))
      texts.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(something))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return texts
}

/** Each command that a text names, as far as its clause goes. */
function commandsIn(text: string): string[] {
  const clauses = text.matchAll(/ssh-admin ((?:'[^']*'|\[[^\]]*\]|[^;,()|\n`’])*)/g)
  return [...clauses].map(([, words = '']) => words.replace(/\.\s+[A-Z].*$/s, ''))
}

it('what is filled in stands between straight quotes, which every terminal shows', () => {
  const curly = sourceFiles().filter((name) => readFileSync(join(folder, name), 'utf8').includes('‘${'))
  expect(curly).toEqual([])
})

const program = await wholeProgram()
const everyOption = new Set<string>()
function collectOptions(command: Command): void {
  for (const { long } of command.options) if (long) everyOption.add(long)
  for (const below of command.commands) collectOptions(below)
}
collectOptions(program)

/** The command that words name, and what of them is left; undefined where there is none. */
function commandNamed(words: readonly string[]): { command: Command; rest: readonly string[] } | undefined {
  let command = program
  for (const [at, word] of words.entries()) {
    const below = command.commands.find((one) => one.name() === word || one.aliases().includes(word))
    if (below) command = below
    else return command === program ? undefined : { command, rest: words.slice(at) }
  }
  return { command, rest: [] }
}

/** What begins a sentence about the program, and no command. */
const prose = new Set(
  'is has on that again up made cannot alone values complete key head NOUN --help'
    .split(' ')
    .concat('import plan'),
)

interface Mention {
  file: string
  text: string
}

const mentions = sourceFiles().flatMap((file): Mention[] => textsIn(file).map((text) => ({ file, text })))
const commands = mentions.flatMap(({ file, text }) =>
  commandsIn(text).map((clause) => ({
    file,
    clause,
    words: clause.split(/\s+/).filter((word) => word !== ''),
  })),
)
const optionAt = (word: string) => /^--[a-z][a-z-]*/.exec(word)?.[0]

describe('what the program says to type', () => {
  it('names commands that there are', () => {
    expect(commands.length).toBeGreaterThan(300)
    const unknown = commands.filter(({ words }) => {
      const [first = ''] = words
      if (commandNamed(words) !== undefined || first.startsWith(something)) return false
      return !prose.has(first) && !prose.has(words.slice(0, 2).join(' ')) && !first.startsWith("%'")
    })
    expect(unknown).toEqual([])
  })

  it('names options that its command has', () => {
    const wrong = commands.flatMap(({ file, clause, words }) => {
      const found = commandNamed(words)
      if (!found) return []
      const known = new Set(['--help'])
      for (let at: Command | null = found.command; at; at = at.parent)
        for (const { long } of at.options) if (long) known.add(long)
      const options = found.rest.flatMap((word) => optionAt(word) ?? [])
      return options.filter((option) => !known.has(option)).map((option) => ({ file, clause, option }))
    })
    expect(wrong).toEqual([])
  })

  it('names no option, where it stands by itself, that no command has', () => {
    const others = /heap-growth|import-report|completion\.ts/
    const ofOtherPrograms = ['--help', '--encoding', '--ignore-scripts', '--template']
    const recognisedWhenTyped = ['--revoke']
    const notOurs = new Set([...ofOtherPrograms, ...recognisedWhenTyped])
    const wrong = mentions
      .filter(({ file }) => !others.test(file))
      .flatMap(({ file, text }) =>
        [...text.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([option]) => ({ file, option })),
      )
      .filter(({ option }) => !everyOption.has(option) && !notOurs.has(option))
    expect(wrong).toEqual([])
  })
})
