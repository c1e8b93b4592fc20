import type { Command } from 'commander'
import { shellWord } from '../shell-word.ts'

/** The line to paste, with the first occurrence of each of some words replaced. */
export function lineWithReplacements(
  argv: readonly string[],
  replacements: ReadonlyMap<string, string>,
): string {
  // Only the first occurrence is replaced, as a later one may be a value: `centres edit harbour --name harbour`.
  const remaining = new Map(replacements)
  const replaceOnce = (word: string) => {
    const found = remaining.get(word.trim())
    remaining.delete(word.trim())
    return found ?? word
  }
  const words = argv.map((word) => {
    if (remaining.has(word)) return replaceOnce(word)
    // Also replaces within `--to='Omar Said'` and between commas.
    const [, option = '', value = ''] = /^(--[a-z-]+=)?(.*)$/s.exec(word) ?? []
    return `${option}${value.split(',').map(replaceOnce).join(',')}`
  })
  return commandLine(words)
}

const commonValueOptions = new Set(['--db', '--key-file', '--as', '--wait', '--smtp', '--mail-dir'])

/** The words of the command and its arguments with their positions: no options, no values of common options. */
export function positionsIn(argv: readonly string[]): { word: string; at: number }[] {
  const words: { word: string; at: number }[] = []
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (word === '--') break
    if (commonValueOptions.has(word)) at += 1
    else if (!word.startsWith('-')) words.push({ word, at })
  }
  return words
}

/** The words of a command line. */
export type Line = readonly string[]

/** A line, and the command that the parser was at. */
export interface ParsedLine {
  argv: Line
  command: Command
}

/** The line with one word replaced by another, by several, or by none. */
export function replaceWord(line: Line, at: number, ...instead: readonly string[]): Line {
  return at < 0 ? line : line.toSpliced(at, 1, ...instead)
}

/** Splits `--name=Nile` into `--name Nile`, unless the value would then be taken for an option. */
export function splitOptionValues(line: Line): Line {
  const end = line.indexOf('--')
  const split = (word: string) => {
    const [, option, value] = /^(--[a-z-]+)=([^-].*)$/s.exec(word) ?? []
    return option === undefined || value === undefined ? [word] : [option, value]
  }
  const before = end < 0 ? line : line.slice(0, end)
  return [...before.flatMap(split), ...line.slice(before.length)]
}

/** The position of consecutive words; -1 where they do not occur. */
function indexOfWords(words: Line, argv: Line): number {
  return argv.findIndex((_, index) => words.every((word, next) => argv[index + next] === word))
}

/** The line with consecutive words replaced; undefined where they do not occur. */
export function replaceWords(line: Line, words: Line, ...instead: readonly string[]): Line | undefined {
  const at = indexOfWords(words, line)
  return at < 0 ? undefined : line.toSpliced(at, words.length, ...instead)
}

/** The line with an option and its value added, or with the value of the option replaced. */
export function lineWithOption(line: Line, option: string, ...value: readonly string[]): Line {
  const end = line.indexOf('--')
  const before = end < 0 ? line : line.slice(0, end)
  const at = before.findIndex((word) => word === option || word.startsWith(`${option}=`))
  const oldLength = before[at] === option ? 1 + value.length : 1
  const index = at < 0 ? before.length : at
  return line.toSpliced(index, at < 0 ? 0 : oldLength, option, ...value)
}

/** The whole command to paste into a shell; passwords in addresses are masked. */
export function commandLine(argv: readonly string[]): string {
  return ['ssh-admin', ...argv.map(shownWord)].map(shellWord).join(' ')
}

/** A word of the line with the password of an address masked. */
export function shownWord(word: string): string {
  const [, option = '', value = ''] = /^((?:--)?[a-z-]+=)?(.*)$/s.exec(word) ?? []
  return `${option}${withoutPassword(value)}`
}

const passwordInUrl = /^((?:[a-z][a-z0-9+.-]*:\/*|\/\/+)[^/?#:@]*):.*@/is
const passwordWithoutScheme = /^([^/?#:@\s]*):[^/\s]*@/
const secretParameter =
  /([?&;](?:[a-z_-]*pass(?:word|wd|phrase)?|pwd|token|secret|[a-z_-]*key|auth)=)[^&;#]*/gi

/** Whether an address contains a password. */
export function hasPassword(value: string): boolean {
  return withoutPassword(value) !== value
}

/** Masks passwords, wherever they stand in an address and however malformed the address is. */
export function withoutPassword(value: string): string {
  const shown = value.replace(passwordInUrl, '$1:***@').replace(secretParameter, '$1***')
  return passwordInUrl.test(value) ? shown : shown.replace(passwordWithoutScheme, '$1:***@')
}
