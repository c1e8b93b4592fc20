import type { Argument, Command, Option } from 'commander'
import { hintOfNearest, Usage } from '../errors.ts'
import { sentenceCase } from '../render/text.ts'
import { similarNames } from '../rules/unknown-name.ts'
import { shellWord } from '../shell-word.ts'
import {
  isSettingName,
  lineWithBefore,
  optionFor,
  withDashes,
  withFewer,
  withTextWhole,
} from './excess-words.ts'
import { commandLine, type Line, shownWord, withValuesApart, withWord } from './typed-line.ts'
import { distance } from 'fastest-levenshtein'
import { nearestOf } from '../nearest.ts'
import { isAddress, isLikeNumber } from './names-typed.ts'
import { offersFor } from './parameters.ts'
import { centresKeepNumbers, nounOf } from './words.ts'

/** What the parser does not take. */
export interface RejectedInput {
  /** All that was typed. */
  argv: Line
  message: string
  /** commander's, in our spelling. */
  code: string
  /** What it was said of. */
  command: Command | undefined
}

/**
 * What commander complains of in our words, with what is to be typed instead.
 * @param accepted the line that the parser takes in the place of one, if there is one
 */
export async function complaint(
  input: RejectedInput,
  accepted: (line: Line) => Promise<Line | undefined>,
): Promise<Usage> {
  const rejected = withInputApart(input)
  const { argv, code, command } = rejected
  const said = saidOf(rejected)
  if (command && code === 'missing-mandatory-option-value') return withoutOptions({ argv, command }, code)
  if (command && code === 'missing-argument') return withoutArguments({ argv, command }, code)
  if (command && code === 'option-missing-argument') return withoutValue(rejected, command)
  const redirected =
    code === 'unknown-option' ? (listIntoFile(rejected) ?? behindDashes(rejected)) : fromFile(rejected)
  const lines = redirected ? [] : await Promise.all(suggestedLines(rejected).map(accepted))
  const suggestions = lines.flatMap((line) => (line ? [commandLine(line)] : []))
  const usual = hintOfNearest(suggestions) ?? saidOfOption(rejected) ?? 'Add --help to see what it takes.'
  const details = code === 'excess-arguments' ? {} : { candidates: similarOptions(rejected) }
  return new Usage(`${said}.`, { code, hint: redirected ?? usual, details })
}

/** Whatever stands behind = may be the first of several words. */
function withInputApart(rejected: RejectedInput): RejectedInput {
  return rejected.code === 'invalid-argument'
    ? rejected
    : { ...rejected, argv: withValuesApart(rejected.argv) }
}

/** `users list --smtp`: what the option says, and the line with a place for it. */
function withoutValue(rejected: RejectedInput, command: Command): Usage {
  const { argv, code } = rejected
  const flags = wrongOption(rejected)
  const [long = ''] = /--[a-z-]+/.exec(flags) ?? []
  const option = command.options.find((one) => one.flags === flags)
  const at = argv.findLastIndex((word) => word === long || word === option?.short)
  const line = withWord(argv, at, argv[at] ?? long, placeholderOf(flags))
  const says = option ? `: ${option.description.replace(/ \(SSH_ADMIN_[A-Z_]+\)$/, '')}` : ''
  return new Usage(`${long} needs a value${says}.`, {
    code,
    hint: commandLine(line),
    details: { candidates: [] },
  })
}

function saidOf({ message, code, command }: RejectedInput): string {
  const [said = ''] = message.replace(/^error: /, '').split('\n')
  const wrong = code === 'invalid-argument' ? wrongChoice(said) : undefined
  if (wrong) return `'${wrong.value}' is none of ${wrong.choices.join(', ')}`
  if (code === 'excess-arguments' && command?.registeredArguments.length === 0)
    return `'${command.name()}' takes nothing behind it: '${command.args.map(shownWord).join(' ')}' is too much`
  // What stands behind = may be a password.
  const shown = code === 'unknown-option' ? said.replace(/^(.*?'--?[^=']+)=.*$/s, "$1'") : said
  return sentenceCase(shown).replace(/\.$/, '')
}

/** A value that is none of those that an argument or option takes. */
function wrongChoice(said: string): { value: string; choices: readonly string[] } | undefined {
  const [, value, choices = ''] =
    /(?:value|argument) '(.*)' is invalid.* Allowed choices are (.*?)\.?$/m.exec(said) ?? []
  return value === undefined ? undefined : { value, choices: choices.split(', ') }
}

function linesWithChoice({ argv, message }: RejectedInput): readonly Line[] {
  const wrong = wrongChoice(message)
  const at = wrong ? argv.findIndex((word) => word === wrong.value || word.endsWith(`=${wrong.value}`)) : -1
  if (!wrong || at < 0) return []
  const before = argv[at]?.slice(0, -wrong.value.length) ?? ''
  return similarNames(wrong.value, wrong.choices, 'kind').map((name) =>
    withWord(argv, at, `${before}${name}`),
  )
}

/** The lines that were perhaps meant by one that the parser does not take, likeliest first; each may need mending itself. */
export function suggestedLines(input: RejectedInput): readonly Line[] {
  const rejected = withInputApart(input)
  const { argv, code, command } = rejected
  if (code === 'unknown-option') return linesWithOption(rejected)
  if (code === 'invalid-argument') return linesWithChoice(rejected)
  if (!command) return []
  const asked = { argv, command }
  const one = (line: Line | undefined) => (line ? [line] : [])
  if (code === 'missing-mandatory-option-value') return one(lineWithOptions(asked, missingOptions(asked)))
  if (code === 'missing-argument') return one(lineWithArguments(asked))
  return code === 'excess-arguments' ? one(withFewer(asked)) : []
}

/** A line, and the command that the parser asked for it. */
export interface Asked {
  argv: Line
  command: Command
}

/** Lines are read from stdin. */
function fromFile({ code, command, argv }: RejectedInput): string | undefined {
  const [file, ...others] = command?.args ?? []
  if (code !== 'excess-arguments' || command?.name() !== 'batch' || file === undefined || others.length > 0)
    return undefined
  return `It reads stdin: ${commandLine(withWord(argv, argv.lastIndexOf(file)))} < ${shellWord(file)}`
}

function missingOptions({ command }: Asked): Option[] {
  return command.options.filter(
    (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
  )
}

/** All that are missing at once. */
function withoutOptions(asked: Asked, code: string): Usage {
  const missing = missingOptions(asked)
  const named = missing.map(({ long }) => long ?? '')
  const options = missing.map((option) => `${option.long}: ${option.description}`)
  const message =
    named.length === 1
      ? `It needs ${options.join('')}.`
      : `It needs ${named.slice(0, -1).join(', ')} and ${named.at(-1)}.`
  const line = lineWithOptions(asked, missing)
  const more = tooMany(asked).filter((word) => !line.includes(word))
  const tooMuch = more.length > 0 ? ` Too much: ${more.map((word) => `'${word}'`).join(', ')}.` : ''
  return new Usage(`${message}${tooMuch}`, { code, hint: commandLine(line) })
}

/** What was typed behind the last argument that is taken. */
function tooMany({ command }: Asked): readonly string[] {
  const taken = command.registeredArguments
  const isOption = command.args.some((word) => word.startsWith('-'))
  return taken.at(-1)?.variadic || isOption ? [] : command.args.slice(taken.length)
}

/** The line with them behind it; an address that was typed where none is asked for is taken for one. */
function lineWithOptions(asked: Asked, missing: readonly Option[]): Line {
  const { argv, command } = asked
  const [only, ...others] = missing
  const line = only && others.length === 0 ? lineWithTyped(asked, only) : undefined
  if (line !== undefined) return line
  const isOfAny = command.registeredArguments.at(-1)?.variadic === true
  const whole = isOfAny ? withTextWhole(argv, () => true) : undefined
  const rest = tooMany(asked).reduce(
    (shorter: Line, word) => withWord(shorter, shorter.lastIndexOf(word)),
    whole ?? argv,
  )
  return [...rest, ...missing.flatMap((option) => [option.long ?? '', placeholderOf(option.flags)])]
}

/** The line with the option before what was typed for it, where that is there. */
function lineWithTyped({ argv, command }: Asked, { long, flags }: Option): Line | undefined {
  const to = withDashes(argv, command)
  if (to !== undefined) return to
  // Where somebody goes is said with `--to`.
  const at = argv.indexOf('--centre')
  if (long === '--to' && flags.includes('<centre>') && argv[at + 1] && at > 0)
    return withWord(argv, at, '--to')
  const more = command.args[command.registeredArguments.length]
  if (long && more !== undefined && optionFor(command, more) === long) return lineWithBefore(argv, more, long)
  const address = command.args.find((word) => word.includes('@'))
  const takesEmail = command.registeredArguments.some((argument) => argument.name() === 'email')
  return flags.includes('<email>') && address !== undefined && !takesEmail
    ? withWord(argv, argv.indexOf(address), long ?? '', address)
    : undefined
}

/** `--title <title>` as it stands in a line that is to be filled in: TITLE. */
function placeholderOf(flags: string): string {
  return (/<([^>]*)>/.exec(flags)?.[1] ?? 'value').toUpperCase()
}

function withoutArguments(asked: Asked, code: string): Usage {
  const [first] = missingArguments(asked)
  const said = first ? `It needs ${first.name().toUpperCase()}: ${first.description}.` : 'It needs more.'
  return new Usage(said, { code, hint: commandLine(lineWithArguments(asked)) })
}

function missingArguments({ command }: Asked): Argument[] {
  return command.registeredArguments.filter((argument) => argument.required).slice(command.args.length)
}

function lineWithArguments(asked: Asked): Line {
  const { argv, command } = asked
  const [typed = '', ...others] = command.args
  const [, name = '', value = ''] = /^([a-z-]+)=(.+)$/is.exec(typed) ?? []
  if (command.name() === 'set' && isSettingName(name) && others.length === 0)
    return withWord(argv, argv.lastIndexOf(typed), name, value)
  return [...asked.argv, ...missingArguments(asked).map((argument) => argument.name().toUpperCase())]
}

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

function wrongOption({ message }: RejectedInput): string {
  const [, wrong = ''] = /'([^']*)'/.exec(message) ?? []
  return wrong.replace(/^(--[a-z-]+)=[^-].*$/s, '$1')
}

/** The options that are like an unknown one; never one that does the opposite. */
function similarOptions(rejected: RejectedInput): string[] {
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
  if (longer.length === 0 && other.length > 0) return other
  const like = longer.length > 0 ? longer : nearestOf(wrong, names, Math.max(1, Math.floor(wrong.length / 3)))
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

/** Of an option that is like none. */
function saidOfOption(rejected: RejectedInput): string | undefined {
  const wrong = wrongOption(rejected)
  if (/^--(?:tele)?phone|^--(?:mobile|tel)\b/.test(wrong))
    return 'Telephone numbers are not kept, of people or of centres.'
  const isOfCentre = rejected.command?.name() === 'edit' && rejected.command.parent?.name() === 'centres'
  if (isOfCentre && /^--(?:new-)?number$/.test(wrong)) return centresKeepNumbers
  return rejected.code === 'unknown-option' ? columnOf(rejected, wrong) : undefined
}

/** `users add --first-name Omar --last-name Said --email omar@…`: who is added is one word, their name and their address. */
function withPersonWhole(argv: Line, command: Command): Line | undefined {
  const [last] = command.registeredArguments.slice(-1)
  if (last?.name() !== 'person' && last?.name() !== 'people') return undefined
  const found = new Map<string, string[]>()
  const rest: string[] = []
  let words: string[] | undefined
  for (const word of argv) {
    const part = partsOfPerson.find((name) => word === `--${name}`)
    if (part !== undefined) {
      words = []
      found.set(part, words)
      // Another word behind the first is one more of a name without quotes.
    } else if (words && !word.startsWith('-') && (words.length === 0 || isOneMoreName(word, words)))
      words.push(word)
    else {
      words = undefined
      rest.push(word)
    }
  }
  const name = ['name', 'first-name', 'last-name'].flatMap((part) => found.get(part) ?? []).join(' ')
  const [email = ''] = found.get('email') ?? []
  return isAddress(email) ? [...rest, name === '' ? email : `${name} <${email}>`] : undefined
}

function isOneMoreName(word: string, [first = '']: Line): boolean {
  return !first.includes('@') && !/[@:/]/.test(word) && !isLikeNumber(word)
}

const partsOfPerson = ['name', 'first-name', 'last-name', 'email']

function linesWithOption(rejected: RejectedInput): readonly Line[] {
  const { argv, command } = rejected
  const wrong = wrongOption(rejected)
  const whole = command && partsOfPerson.includes(wrong.slice(2)) ? withPersonWhole(argv, command) : undefined
  if (whole) return [whole]
  // All that there is, or goes: without it.
  if (/^--(?:all|all-sites)$/.test(wrong) && optionNames(command).includes('--to'))
    return [withWord(argv, argv.indexOf(wrong))]
  if (wrong.slice(2) === 'tp') return [withWord(argv, argv.indexOf(wrong), '--area', 'tp')]
  const from = command && wrong === '--from' ? withoutFrom(argv, command) : undefined
  if (from) return [from]
  const list = command?.commands.some((one) => one.name() === 'list')
    ? argv.findIndex((word) => nounOf(word) === command.name())
    : -1
  if (list >= 0) return [argv.toSpliced(list + 1, 0, 'list')]
  // What stands behind --password is no file.
  const similar = similarOptions(rejected).filter(
    (name) => name !== '--password-file' || wrong.includes('file'),
  )
  const at = argv.indexOf(wrong)
  const asValue = similar.length === 0 ? optionWithValue(command, wrong.slice(2)) : undefined
  if (asValue) return [withWord(argv, at, asValue, wrong.slice(2))]
  const asText = similar.length === 0 ? lineWithText(rejected, wrong) : undefined
  if (asText) return [asText]
  return similar.map((name) => withWord(argv, at, name))
}

/** `users list --suspended` is `--status suspended`: the option of a list that takes this word. */
function optionWithValue(command: Command | undefined, word: string): string | undefined {
  if (fieldsOf(command).length === 0) return undefined
  const takesIt = (option: Option) => !shownBy.has(option.long ?? '') && valuesOf(option, word).includes(word)
  return command?.options.find(takesIt)?.long
}

/** What of a list is shown, and how. */
const shownBy: ReadonlySet<string> = new Set(['--fields', '--sort', '--format'])

function valuesOf(option: Option, prefix = ''): readonly string[] {
  const { offered = [] } = offersFor(option)
  const values = typeof offered === 'function' ? offered(prefix) : 'stored' in offered ? [] : offered
  return values.map((value) => (typeof value === 'string' ? value : value[0]))
}

/** What stands in these is found by the text of a list. */
const searchedColumns: ReadonlySet<string> = new Set(
  'name first-name last-name email centre-name number title subject file town'.split(' '),
)

/** `users list --name haddad` is `users list haddad`. */
function lineWithText({ argv, command }: RejectedInput, wrong: string): Line | undefined {
  const at = argv.indexOf(wrong)
  const isTyped = argv[at + 1] !== undefined && !argv[at + 1]?.startsWith('-')
  const isSearched = searchedColumns.has(wrong.slice(2)) && optionNames(command).includes('--fields')
  return isTyped && isSearched && command?.registeredArguments.length === 1 ? withWord(argv, at) : undefined
}

/** `users list --pin issued`: what a list shows, and does not pick by. */
function columnOf({ argv, command }: RejectedInput, wrong: string): string | undefined {
  const [first = '', ...others] = fieldsOf(command)
  const name = wrong.slice(2)
  if (!others.includes(name)) return undefined
  const at = argv.indexOf(wrong)
  const rest = argv.toSpliced(at, argv[at + 1]?.startsWith('-') === false ? 2 : 1)
  const shown = rest.includes('--fields') ? rest : [...rest, '--fields', `${first},${name}`]
  return `${name} is a column, which --fields shows: ${commandLine(shown)}`
}

function fieldsOf(command: Command | undefined): readonly string[] {
  const fields = command?.options.find(({ long }) => long === '--fields')
  return fields ? valuesOf(fields) : []
}

/** What people call an option that has a word of ours. */
const otherNames: Readonly<Record<string, string>> = {
  school: '--centre',
  mail: '--email',
  'e-mail': '--email',
  address: '--email',
  user: '--subject',
  centre: '--subject',
  sites: '--add-site',
  roles: '--add-role',
  'not-signed-in': '--never-signed-in',
  inactive: '--never-signed-in',
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

function listIntoFile(rejected: RejectedInput): string | undefined {
  const { argv, command } = rejected
  const wrong = wrongOption(rejected)
  const isOfList = optionNames(command).includes('--format') && similarOptions(rejected).length === 0
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
function behindDashes(rejected: RejectedInput): string | undefined {
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
