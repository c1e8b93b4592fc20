import type { Argument, Command, Option } from 'commander'
import { Usage } from '../errors.ts'
import { nearestOf } from '../nearest.ts'
import { shellWord } from '../shell-word.ts'
import { lineInstead } from './suggestions.ts'
import { commandLine } from './typed-line.ts'

interface Complained {
  /** All that was typed. */
  argv: readonly string[]
  /** commander's, in our spelling. */
  code: string
  /** What it was said of. */
  command: Command | undefined
}

/** What commander complains of in our words, with what is to be typed instead. */
export function complaint(message: string, { argv, code, command }: Complained): Usage {
  const [said = ''] = message.replace(/^error: /, '').split('\n')
  const plain = `${said.charAt(0).toUpperCase()}${said.slice(1)}`.replace(/\.$/, '')
  const asked = command && { argv, command }
  const hint = (found: string | undefined) => ({ code, hint: found ?? 'Add --help to see what it takes.' })
  if (code === 'unknown-option') return unknownOption(plain, { argv, code, command })
  if (asked && code === 'missing-mandatory-option-value') return withoutOptions(asked, code)
  if (asked && code === 'missing-argument') return withoutArguments(asked, code)
  if (asked && code === 'excess-arguments') return new Usage(`${plain}.`, hint(withFewer(asked)))
  return new Usage(`${plain}.`, { ...hint(undefined), details: { candidates: [] } })
}

interface Asked {
  argv: readonly string[]
  command: Command
}

/** Options that say that something shall not be, and those that take something away. */
const opposites = [/^--(no-|un|without|dis)/, /^--(rm|del|remove|drop)/, /^--(allow|suspend)/]

/** What people call the file of a list, which has no such option. */
const toFile = /^(--(out|output|file|to-file)|-o)$/

/** A guess in the line that was typed; never an option that does the opposite. */
function unknownOption(said: string, { argv, code, command }: Complained): Usage {
  const [, wrong = ''] = /'([^']*)'/.exec(said) ?? []
  const from = command && wrong === '--from' ? withoutFrom(argv, command) : undefined
  if (from !== undefined)
    return new Usage(`${said}.`, { code, hint: `Did you mean ${from}?`, details: { candidates: [] } })
  const names = (command?.options ?? []).flatMap(({ long, hidden }) => (long && !hidden ? [long] : []))
  const longer = names.filter((name) => name.endsWith(wrong.replace(/^--/, '-')))
  const other = names.filter((name) => name === otherNames[wrong.slice(2)])
  const like =
    longer.length > 0
      ? longer
      : other.length > 0
        ? other
        : nearestOf(wrong, names, Math.max(1, Math.floor(wrong.length / 3)))
  const isLikely = (name: string) => opposites.every((kind) => kind.test(name) === kind.test(wrong))
  const candidates = like.filter(isLikely)
  const lines = candidates.map((name) => lineInstead(argv, { word: wrong, name }))
  const hint =
    toFile.test(wrong) && candidates.length === 0 && names.includes('--format')
      ? `A list goes into a file so: ${listIntoFile(argv, wrong)}`
      : undefined
  return new Usage(`${said}.`, {
    code,
    hint:
      hint ??
      (lines.length > 0 ? `Did you mean ${lines.join(', or ')}?` : 'Add --help to see what it takes.'),
    details: { candidates },
  })
}

/** What people call an option that has a word of ours. */
const otherNames: Readonly<Record<string, string>> = {
  school: '--centre',
  mail: '--email',
  'e-mail': '--email',
  address: '--email',
}

/** `users transfer --from A --to B` is `users transfer A --to B`; the centre that somebody leaves is known, and is left out. */
function withoutFrom(argv: readonly string[], command: Command): string | undefined {
  const { registeredArguments, options } = command
  const last = registeredArguments.at(-1)
  if (last === undefined || !options.some(({ long }) => long === '--to')) return undefined
  const isValue = (at: number) => options.some(({ long, required }) => required && long === argv[at - 1])
  const typed = argv.filter((word, at) => at > 1 && !word.startsWith('-') && !isValue(at))
  const from = argv.indexOf('--from')
  const named = argv[from + 1] ?? ''
  const isMore = last.variadic ? /^[a-z]{0,3}\d+$/i.test(named) : typed.length > registeredArguments.length
  return commandLine(argv.filter((_, at) => at !== from && !(isMore && at === from + 1)))
}

function listIntoFile(argv: readonly string[], wrong: string): string {
  const at = argv.indexOf(wrong)
  const next = argv[at + 1]
  const named = next === undefined || next.startsWith('-') ? undefined : next
  const file = named?.replace(/\.xlsx?$/i, '.csv') ?? 'FILE'
  const rest = argv.filter((_, place) => place !== at && (named === undefined || place !== at + 1))
  const format = rest.includes('--format') ? [] : ['--format', 'csv']
  return `${commandLine([...rest, ...format])} > ${shellWord(file)}`
}

/** All that are missing at once. */
function withoutOptions({ argv, command }: Asked, code: string): Usage {
  const missing = command.options.filter(
    (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
  )
  const named = missing.map(({ long }) => long ?? '')
  const wanted = missing.map((option) => `${option.long}: ${option.description}`)
  const message =
    named.length === 1
      ? `It needs ${wanted.join('')}.`
      : `It needs ${named.slice(0, -1).join(', ')} and ${named.at(-1)}.`
  return new Usage(message, { code, hint: lineWithOptions({ argv, command }, missing) })
}

/** The line with them behind it; an address that was typed where none is asked for is taken for one. */
function lineWithOptions({ argv, command }: Asked, missing: readonly Option[]): string {
  const [only] = missing
  const to = withDashes(argv, command)
  if (to !== undefined && missing.length === 1) return to
  const more = command.args[command.registeredArguments.length]
  const option = more === undefined ? undefined : optionFor(command, more)
  if (more !== undefined && option !== undefined && missing.length === 1 && only?.long === option)
    return lineWithBefore(argv, more, option)
  const address = command.args.find((word) => word.includes('@'))
  const wants = command.registeredArguments.some((argument) => argument.name() === 'email')
  if (only && missing.length === 1 && only.flags.includes('<email>') && address !== undefined && !wants)
    return commandLine(argv.flatMap((word) => (word === address ? [only.long ?? '', word] : [word])))
  return [commandLine(argv), ...missing.map((option) => `${option.long} ${placeOf(option.flags)}`)].join(' ')
}

/** `--title <title>` as it stands in a line that is to be filled in: TITLE. */
function placeOf(flags: string): string {
  return (/<([^>]*)>/.exec(flags)?.[1] ?? 'value').toUpperCase()
}

function withoutArguments({ argv, command }: Asked, code: string): Usage {
  const missing = command.registeredArguments
    .filter((argument) => argument.required)
    .slice(command.args.length)
  const [first] = missing
  const said = first ? `It needs ${first.name().toUpperCase()}: ${first.description}.` : 'It needs more.'
  const line = [commandLine(argv), ...missing.map((argument) => argument.name().toUpperCase())].join(' ')
  return new Usage(said, { code, hint: line })
}

/** What more than it takes was meant for: an option, or one name of several words. */
function withFewer({ argv, command }: Asked): string | undefined {
  const taken = command.registeredArguments
  const more = command.args.slice(taken.length)
  const mended =
    withDashes(argv, command) ??
    more.map((word) => withOption(argv, { word, command })).find((line) => line !== undefined)
  if (mended !== undefined) return `Did you mean ${mended}?`
  const [first = '', ...others] = more
  const option = others.length === 0 ? optionFor(command, first) : undefined
  if (option !== undefined) return `Did you mean ${lineWithBefore(argv, first, option)}?`
  const [only] = taken
  return only && taken.length === 1 && isOfName(only, command.args) ? quoted(argv, command.args) : undefined
}

/** `users transfer A to B`: a word for its option. */
function withDashes(argv: readonly string[], command: Command): string | undefined {
  const at = argv.indexOf('to')
  const takesIt =
    command.options.some(({ long }) => long === '--to') && command.getOptionValue('to') === undefined
  if (!takesIt || at < 0 || argv[at + 1] === undefined || !command.args.includes('to')) return undefined
  return commandLine(argv.map((word, place) => (place === at ? '--to' : word)))
}

/** `email=new@school.example`, or a word behind an option that takes none: `--admin yes`. */
function withOption(
  argv: readonly string[],
  { word, command }: { word: string; command: Command },
): string | undefined {
  const at = argv.lastIndexOf(word)
  const option = (name: string | undefined) => command.options.find(({ long }) => long === name)
  const [, name, value = ''] = /^([a-z][a-z-]*)=(.+)$/s.exec(word) ?? []
  if (option(name && `--${name}`)?.required)
    return commandLine(argv.flatMap((typed, place) => (place === at ? [`--${name}`, value] : [typed])))
  const before = option(argv[at - 1])
  const isYes = /^(yes|true|on|1)$/i.test(word)
  return before && !before.required && isYes
    ? commandLine(argv.filter((_, place) => place !== at))
    : undefined
}

function lineWithBefore(argv: readonly string[], word: string, option: string): string {
  const turned = turnedRound(argv, word, option)
  if (turned !== undefined) return turned
  const at = argv.lastIndexOf(word)
  return commandLine([...argv.slice(0, at), option, ...argv.slice(at)])
}

/** `users move EG001 omar@…` and `coordinator change omar@… EG001`: who and where have changed places. */
function turnedRound(argv: readonly string[], word: string, option: string): string | undefined {
  const [noun = '', verb = '', first = ''] = argv
  const wantsPerson = `${noun} ${verb}` === 'users move'
  const wantsCentre = `${noun} ${verb}` === 'coordinator change'
  const isTurned =
    option === '--to' &&
    ((wantsPerson && word.includes('@') && !first.includes('@')) ||
      (wantsCentre && first.includes('@') && !word.includes('@')))
  if (!isTurned) return undefined
  const rest = argv.slice(3)
  const at = rest.findIndex((typed, place) => typed === word && !rest[place - 1]?.startsWith('-'))
  return at < 0 ? undefined : commandLine([noun, verb, word, option, first, ...rest.toSpliced(at, 1)])
}

/** Whom or where to is said with one. */
function optionFor(command: Command, word: string): string | undefined {
  const names = command.options.map(({ long }) => long)
  const wanted = word.includes('<') ? '--new' : '--to'
  // The second word of a name is nobody else's.
  if (!/[@<]/.test(word) && !/^[a-z]{0,2}\d+$/i.test(word)) return undefined
  return names.includes(wanted) && command.getOptionValue(wanted.slice(2)) === undefined ? wanted : undefined
}

/** Words of a name, or of a file, that were typed without quotes. */
function isOfName(argument: Argument, words: readonly string[]): boolean {
  return !argument.variadic && words.every((word) => !/[@<]/.test(word)) && !/\d/.test(words[0] ?? '')
}

function quoted(argv: readonly string[], words: readonly string[]): string | undefined {
  const at = argv.findIndex((_, place) => words.every((word, next) => argv[place + next] === word))
  if (at < 0) return undefined
  const line = [...argv.slice(0, at), words.join(' '), ...argv.slice(at + words.length)]
  return `Did you mean ${commandLine(line)}?`
}
