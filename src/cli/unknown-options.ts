import type { Command } from 'commander'
import { distance } from 'fastest-levenshtein'
import { nearestOf } from '../nearest.ts'
import { shellWord } from '../shell-word.ts'
import type { RejectedInput } from './complaints.ts'
import { isLikeNumber } from './names-typed.ts'
import { commandLine, type Line, withWord } from './typed-line.ts'

/** Options that take something away, and those that let something be done. */
const opposites = [/^--(rm|del|remove|drop)/, /^--(allow|suspend)/]

/** How people say before an option that it shall not be. */
const negations =
  'no not non un dis de without never dont skip exclude hide omit ignore stop deny disable'.split(' ')

/** What surely says so, and what perhaps does; `--until` is a day. */
const negated = /^--(?:no-|un(?!t)|without|dis)/
const perhapsNegated = /^--(?:no|un(?!t)|without|dis|never)/

/** What people call the file of a list, which has no such option. */
const toFile = /^(--(out|output|file|to-file)|-o)$/

export function wrongOption({ message }: RejectedInput): string {
  const [, wrong = ''] = /'([^']*)'/.exec(message) ?? []
  return wrong
}

/** The options that are like an unknown one; never one that does the opposite. */
export function optionsMeant(rejected: RejectedInput): string[] {
  const { code, command, argv } = rejected
  const wrong = wrongOption(rejected)
  if (code !== 'unknown-option' || (command && wrong === '--from' && withoutFrom(argv, command))) return []
  const names = optionNames(command)
  const negative = names.filter((name) =>
    withoutNegation(wrong).some((option) => name.slice(2) === `no-${option}`),
  )
  if (negative.length > 0) return negative
  // A workbook is no key and no password.
  const longer = names.filter(
    (name) => name.endsWith(wrong.replace(/^--/, '-')) && !/^--(?:key|password)-file$/.test(name),
  )
  const other = names.filter((name) => name === otherNames[wrong.slice(2)])
  const like =
    longer.length > 0
      ? longer
      : other.length > 0
        ? other
        : nearestOf(wrong, names, Math.max(1, Math.floor(wrong.length / 3)))
  return like.filter(
    (name) => opposites.every((kind) => kind.test(name) === kind.test(wrong)) && !areOpposite(wrong, name),
  )
}

/** What an option may be without the word before it that says that it shall not be: of `--noadmin` `admin`. */
function withoutNegation(option: string): string[] {
  const name = option.slice(2)
  const prefixes = negations.flatMap((word) => [word, `${word}-`])
  return prefixes.flatMap((prefix) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
}

/**
 * Whether what was typed says of an option that it shall not be, or the other way round: `--norole` and `--add-role`, and
 * where one is more like the other without such a word `--noadmin` and `--admin`, but not `--notfiy` and `--notify`.
 */
function areOpposite(wrong: string, name: string): boolean {
  const isNegated =
    negated.test(wrong) ||
    negations.some((word) => wrong.startsWith(`--${word}-`)) ||
    withoutNegation(wrong).some((left) => name.endsWith(`-${left}`))
  if (isNegated && !perhapsNegated.test(name)) return true
  if (negated.test(name) && !perhapsNegated.test(wrong)) return true
  const isNegationOf = (one: string, other: string) =>
    withoutNegation(one).some((left) => distance(left, other.slice(2)) < distance(one, other))
  return isNegationOf(wrong, name) || isNegationOf(name, wrong)
}

function optionNames(command: Command | undefined): string[] {
  return (command?.options ?? []).flatMap(({ long, hidden }) => (long && !hidden ? [long] : []))
}

export function linesWithOption(rejected: RejectedInput): readonly Line[] {
  const { argv, command } = rejected
  const wrong = wrongOption(rejected)
  const from = command && wrong === '--from' ? withoutFrom(argv, command) : undefined
  if (from) return [from]
  return optionsMeant(rejected).map((name) => withWord(argv, argv.indexOf(wrong), name))
}

/** What people call an option that has a word of ours. */
const otherNames: Readonly<Record<string, string>> = {
  school: '--centre',
  mail: '--email',
  'e-mail': '--email',
  address: '--email',
  user: '--subject',
  centre: '--subject',
}

/** `users transfer --from A --to B` is `users transfer A --to B`; the centre that somebody leaves is known, and is left out. */
function withoutFrom(argv: Line, command: Command): Line | undefined {
  const { registeredArguments, options } = command
  const last = registeredArguments.at(-1)
  if (last === undefined || !options.some(({ long }) => long === '--to')) return undefined
  const isValue = (at: number) => isValued(command, argv[at - 1] ?? '')
  const typed = argv.filter((word, at) => at > 1 && !word.startsWith('-') && !isValue(at))
  const from = argv.indexOf('--from')
  const named = argv[from + 1] ?? ''
  const isMore = last.variadic ? isLikeNumber(named) : typed.length > registeredArguments.length
  return withWord(isMore ? withWord(argv, from + 1) : argv, from)
}

export function listIntoFile(rejected: RejectedInput): string | undefined {
  const { argv, command } = rejected
  const wrong = wrongOption(rejected)
  const isOfList = optionNames(command).includes('--format') && optionsMeant(rejected).length === 0
  if (!toFile.test(wrong) || !isOfList) return undefined
  const at = argv.indexOf(wrong)
  const next = argv[at + 1]
  const named = next === undefined || next.startsWith('-') ? undefined : next
  const file = named?.replace(/\.xlsx?$/i, '.csv') ?? 'FILE'
  const rest = withWord(named === undefined ? argv : withWord(argv, at + 1), at)
  const format = rest.includes('--format') ? [] : ['--format', 'csv']
  return `A list goes into a file so: ${commandLine([...rest, ...format])} > ${shellWord(file)}`
}

/** A name or an address that begins with a dash, such as a sign of a list that was copied with it; no option has a blank or an @. */
export function behindDashes(rejected: RejectedInput): string | undefined {
  const { argv, command } = rejected
  const wrong = wrongOption(rejected)
  // Of -y@school.example the parser has taken -y already.
  const at = argv.findIndex((word) => /^-(?!-)/.test(word) && word.endsWith(wrong.slice(1)))
  if (!command || command.registeredArguments.length === 0 || at < 0 || !/[\s@]/.test(wrong)) return undefined
  const rest = argv.slice(at + 1)
  const isOfOption = (word: string, position: number) =>
    word.startsWith('-') || isValued(command, rest[position - 1] ?? '')
  const before = [...argv.slice(0, at), ...rest.filter(isOfOption)]
  const behind = [argv[at] ?? wrong, ...rest.filter((word, position) => !isOfOption(word, position))]
  return `What begins with - stands behind --: ${commandLine([...before, '--', ...behind])}`
}

/** Whether the word behind it is its value. */
function isValued(command: Command, word: string): boolean {
  return command.options.some(({ long, short, required }) => required && (long === word || short === word))
}
