import type { Command } from 'commander'
import { shellWord } from '../shell-word.ts'

/** The command as it was typed, with another word in the place of each of some, where it stands first, to be pasted. */
export function lineWith(argv: readonly string[], instead: ReadonlyMap<string, string>): string {
  // What is typed again may be a value: `centres edit harbour --name harbour`.
  const left = new Map(instead)
  const other = (word: string) => {
    const found = left.get(word.trim())
    left.delete(word.trim())
    return found ?? word
  }
  const words = argv.map((word) => {
    if (left.has(word)) return other(word)
    // --to='Omar Said', or one of several between commas.
    const [, option = '', value = ''] = /^(--[a-z-]+=)?(.*)$/s.exec(word) ?? []
    return `${option}${value.split(',').map(other).join(',')}`
  })
  return commandLine(words)
}

const valued = new Set(['--db', '--key-file', '--as', '--wait', '--smtp', '--mail-dir'])

/** The words that name a command and what it is of, and where they stand: neither options nor the values of those that every command has. */
export function positionsIn(argv: readonly string[]): { word: string; at: number }[] {
  const words: { word: string; at: number }[] = []
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    if (word === '--') break
    if (valued.has(word)) at += 1
    else if (!word.startsWith('-')) words.push({ word, at })
  }
  return words
}

/** What was typed, word by word. */
export type Line = readonly string[]

/** A line, and the command that the parser asked for it. */
export interface Asked {
  argv: Line
  command: Command
}

/** The line with this word changed: another in its place, several, or none. */
export function withWord(line: Line, at: number, ...instead: readonly string[]): Line {
  return at < 0 ? line : line.toSpliced(at, 1, ...instead)
}

/** `--name=Nile` as `--name Nile`, but for a value that would be taken for an option. */
export function withValuesApart(line: Line): Line {
  const end = line.indexOf('--')
  const apart = (word: string) => {
    const [, option, value] = /^(--[a-z-]+)=([^-].*)$/s.exec(word) ?? []
    return option === undefined || value === undefined ? [word] : [option, value]
  }
  const before = end < 0 ? line : line.slice(0, end)
  return [...before.flatMap(apart), ...line.slice(before.length)]
}

/** Where these words stand one behind the other; -1: nowhere. */
function indexOfWords(words: Line, argv: Line): number {
  return argv.findIndex((_, index) => words.every((word, next) => argv[index + next] === word))
}

/** The line with others in the place of these words; undefined where they do not stand one behind the other. */
export function withWords(line: Line, words: Line, ...instead: readonly string[]): Line | undefined {
  const at = indexOfWords(words, line)
  return at < 0 ? undefined : line.toSpliced(at, words.length, ...instead)
}

/** The line with an option that it lacks, and its value, or with this value of the option that it has. */
export function lineWithOption(line: Line, option: string, ...value: readonly string[]): Line {
  const end = line.indexOf('--')
  const before = end < 0 ? line : line.slice(0, end)
  const at = before.findIndex((word) => word === option || word.startsWith(`${option}=`))
  const typed = before[at] === option ? 1 + value.length : 1
  const index = at < 0 ? before.length : at
  return line.toSpliced(index, at < 0 ? 0 : typed, option, ...value)
}

/** A whole command, as it is pasted into a shell; a password that stands in it is not repeated. */
export function commandLine(argv: readonly string[]): string {
  return ['ssh-admin', ...argv.map(shownWord)].map(shellWord).join(' ')
}

/** A word of a command without the password of an address in it. */
export function shownWord(word: string): string {
  const [, option = '', value = ''] = /^((?:--)?[a-z-]+=)?(.*)$/s.exec(word) ?? []
  return `${option}${withoutPassword(value)}`
}

const inUrl = /^((?:[a-z][a-z0-9+.-]*:\/*|\/\/+)[^/?#:@]*):.*@/is
const withoutScheme = /^([^/?#:@\s]*):[^/\s]*@/
const asParameter = /([?&;](?:[a-z_-]*pass(?:word|wd|phrase)?|pwd|token|secret|[a-z_-]*key|auth)=)[^&;#]*/gi

/** Whether an address holds a password. */
export function hasPassword(value: string): boolean {
  return withoutPassword(value) !== value
}

/** A password is nobody's business, wherever in an address it stands, and however wrong that is. */
export function withoutPassword(value: string): string {
  const shown = value.replace(inUrl, '$1:***@').replace(asParameter, '$1***')
  return inUrl.test(value) ? shown : shown.replace(withoutScheme, '$1:***@')
}
