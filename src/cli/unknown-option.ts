import type { Command, Option } from 'commander'
import { distance } from 'fastest-levenshtein'
import { nearestOf } from '../nearest.ts'
import { namesWithSynonym } from '../rules/unknown-name.ts'
import { shellWord } from '../shell-word.ts'
import { isAddress, looksLikeCentreNumber } from './names-typed.ts'
import { completionsFor } from './parameters.ts'
import { commandLine, type Line, replaceWord } from './typed-line.ts'
import { renumberCentreHint, nounOf, voidHint } from './words.ts'

/** A line that commander's parser rejected. */
export interface RejectedInput {
  /** All words of the line. */
  argv: Line
  message: string
  /** commander's error code in our spelling. */
  code: string
  /** The command whose arguments or options were wrong. */
  command: Command | undefined
}

/** Options that take something away, and options that permit something. */
const removalOrPermission = [/^--(rm|del|remove|drop)/, /^--(allow|suspend)/]

/** Words that people put before an option's name to negate it. */
const negations =
  'no not non un dis de without never dont skip exclude hide omit ignore stop deny disable'.split(' ')

/** Surely and possibly negated options; `--until` takes a date and is not negated. */
const negatedOption = /^--(?:no-|un(?!t)|without|dis)/
const possiblyNegatedOption = /^--(?:no|un(?!t)|without|dis|never)/

/** Names that people use for a list's output file; lists have no such option. */
const outputFileOption = /^(--(out|output|file|to-file|export|print)|-o)$/

function wordInQuotes(message: string): string {
  return /'([^']*)'/.exec(message)?.[1] ?? ''
}

/** The unknown option as it was typed, without its value. */
export function unknownOptionIn({ message }: RejectedInput): string {
  return wordInQuotes(message).replace(/^(--[a-z-]+)=[^-].*$/s, '$1')
}

/** An option that takes no value, with one, and its position in the line. */
export interface FlagWithValue {
  at: number
  name: string
  value: string
}

/** `--dry-run=yes`: commander takes it for an option that it does not know. */
export function valueOfFlag(rejected: RejectedInput): FlagWithValue | undefined {
  const { code, command, argv } = rejected
  if (code !== 'unknown-option') return undefined
  const [, name, value = ''] = /^(--[a-z-]+)=(.*)$/s.exec(wordInQuotes(rejected.message)) ?? []
  const option = command?.options.find(({ long }) => long === name)
  if (name === undefined || option === undefined || option.required) return undefined
  return { at: argv.indexOf(`${name}=${value}`), name, value }
}

/** Known options that resemble the unknown one, without options that do the opposite. */
export function similarOptions(rejected: RejectedInput): string[] {
  const { code, command, argv } = rejected
  const wrong = unknownOptionIn(rejected)
  if (code !== 'unknown-option' || (command && wrong === '--from' && withoutFromOption(argv, command)))
    return []
  // `--print` is about paper, and not a misspelt `--pin`.
  if (wrong.slice(2) === 'print') return []
  const names = optionNames(command)
  const negative = names.filter((name) =>
    withoutNegation(wrong).some((option) => name.slice(2) === `no-${option}`),
  )
  if (negative.length > 0) return negative
  // `--file` most probably names a workbook, and must not suggest the file of the key or of a password.
  const longer = names.filter(
    (name) => name.endsWith(wrong.replace(/^--/, '-')) && !/^--(?:key|password)-file$/.test(name),
  )
  const synonyms = names.filter((name) => name === optionSynonyms[wrong.slice(2)])
  if (longer.length === 0 && synonyms.length > 0) return synonyms
  const similar =
    longer.length > 0 ? longer : nearestOf(wrong, names, Math.max(1, Math.floor(wrong.length / 3)))
  return similar.filter(
    (name) =>
      // `--country` is no misspelt `--centre`.
      !(/^--countr/.test(wrong) && name === '--centre') &&
      removalOrPermission.every((kind) => kind.test(name) === kind.test(wrong)) &&
      !areOpposite(wrong, name),
  )
}

/** The possible names of an option without a negating word before them: `admin` for `--noadmin`. */
function withoutNegation(option: string): string[] {
  const name = option.slice(2)
  const prefixes = negations.flatMap((word) => [word, `${word}-`])
  return prefixes.flatMap((prefix) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
}

/**
 * Whether one option negates the other: `--norole` and `--add-role`, or, where the names are more alike without the
 * negating word, `--noadmin` and `--admin`, but not `--notfiy` and `--notify`.
 */
function areOpposite(wrong: string, name: string): boolean {
  const isNegated =
    negatedOption.test(wrong) ||
    negations.some((word) => wrong.startsWith(`--${word}-`)) ||
    withoutNegation(wrong).some((left) => name.endsWith(`-${left}`))
  if (isNegated && !possiblyNegatedOption.test(name)) return true
  if (negatedOption.test(name) && !possiblyNegatedOption.test(wrong)) return true
  const isNegationOf = (one: string, other: string) =>
    withoutNegation(one).some((left) => distance(left, other.slice(2)) < distance(one, other))
  return isNegationOf(wrong, name) || isNegationOf(name, wrong)
}

function optionNames(command: Command | undefined): string[] {
  return (command?.options ?? []).flatMap(({ long, hidden }) => (long && !hidden ? [long] : []))
}

/** A hint for an unknown option that resembles no known option. */
export function unknownOptionHint(rejected: RejectedInput): string | undefined {
  const wrong = unknownOptionIn(rejected)
  if (/^--(?:tele)?phone|^--(?:mobile|tel)\b/.test(wrong))
    return 'Telephone numbers are not kept, of people or of centres.'
  const isCentresEdit = rejected.command?.name() === 'edit' && rejected.command.parent?.name() === 'centres'
  if (isCentresEdit && /^--(?:new-)?number$/.test(wrong)) return renumberCentreHint
  const isAboutPins = /^users (?:pin|show|reset-password)$/.test(
    `${rejected.command?.parent?.name()} ${rejected.command?.name()}`,
  )
  if (isAboutPins && /^--(?:void|revoke|cancel|invalidate)(?:-pin)?$/.test(wrong))
    return voidHint(rejected.argv.filter(isAddress).slice(0, 1).map(shellWord))
  return rejected.code === 'unknown-option' ? columnHint(rejected, wrong) : undefined
}

/** `users add --first-name Omar --last-name Said --email omar@…`: joins the person's name and address. */
function withPersonJoined(argv: Line, command: Command): Line | undefined {
  const [last] = command.registeredArguments.slice(-1)
  if (last?.name() !== 'person' && last?.name() !== 'people') return undefined
  const found = new Map<string, string[]>()
  const rest: string[] = []
  let words: string[] | undefined
  for (const word of argv) {
    const part = personOptions.find((name) => word === `--${name}`)
    if (part !== undefined) {
      words = []
      found.set(part, words)
      // Further words behind the first belong to a name without quotes.
    } else if (words && !word.startsWith('-') && (words.length === 0 || continuesName(word, words)))
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

function continuesName(word: string, [first = '']: Line): boolean {
  return !first.includes('@') && !/[@:/]/.test(word) && !looksLikeCentreNumber(word)
}

const personOptions = ['name', 'first-name', 'last-name', 'email']

/** `users edit … --name 'Omar El Said'`: the first word is the first name, the others are the last name. */
function withBothNames(argv: Line, command: Command | undefined): Line | undefined {
  const at = argv.indexOf('--name')
  const [first, ...last] = argv[at + 1]?.trim().split(/\s+/) ?? []
  const takesBoth = ['--first-name', '--last-name'].every((name) => optionNames(command).includes(name))
  if (!takesBoth || at < 0 || first === undefined || last.length === 0) return undefined
  return replaceWord(replaceWord(argv, at + 1, first, '--last-name', last.join(' ')), at, '--first-name')
}

/** Lines that were perhaps meant by one with an unknown option, likeliest first. */
export function linesWithOption(rejected: RejectedInput): readonly Line[] {
  const { argv, command } = rejected
  const wrong = unknownOptionIn(rejected)
  const named = wrong === '--name' ? withBothNames(argv, command) : undefined
  if (named) return [named]
  const whole =
    command && personOptions.includes(wrong.slice(2)) ? withPersonJoined(argv, command) : undefined
  if (whole) return [whole]
  // Such commands already transfer everything, so `--all` is dropped.
  if (/^--(?:all|all-sites)$/.test(wrong) && optionNames(command).includes('--to'))
    return [replaceWord(argv, argv.indexOf(wrong))]
  // `roles grant --revoke` is the command itself.
  const { name, parent } = { name: command?.name(), parent: command?.parent?.name() }
  if (parent === 'roles' && name !== 'revoke' && wrong === '--revoke')
    return [replaceWord(replaceWord(argv, argv.indexOf(wrong)), argv.indexOf(name ?? ''), 'revoke')]
  if (parent === 'centres' && name === 'pins' && /^--(?:void|revoke)$/.test(wrong))
    return [replaceWord(argv, argv.indexOf(wrong), '--renew')]
  // `users show omar --centre EG001`: a list finds one of several by their centre.
  if (parent === 'users' && name === 'show' && /^--(?:centre|center|school)$/.test(wrong))
    return [replaceWord(replaceWord(argv, argv.indexOf(wrong), '--centre'), argv.indexOf('show'), 'list')]
  if (wrong.slice(2) === 'tp') return [replaceWord(argv, argv.indexOf(wrong), '--area', 'tp')]
  const from = command && wrong === '--from' ? withoutFromOption(argv, command) : undefined
  if (from) return [from]
  const list = command?.commands.some((one) => one.name() === 'list')
    ? argv.findIndex((word) => nounOf(word) === command.name())
    : -1
  if (list >= 0) return [argv.toSpliced(list + 1, 0, 'list')]
  // `--password` is followed by a password, and must not suggest the file of one.
  const similar = similarOptions(rejected).filter(
    (name) => name !== '--password-file' || wrong.includes('file'),
  )
  const at = argv.indexOf(wrong)
  const asValue = similar.length === 0 ? optionsWithValue(command, wrong.slice(2)) : []
  if (asValue.length > 0) return asValue.map((words) => replaceWord(argv, at, ...words))
  const asText = similar.length === 0 ? lineWithSearchText(rejected, wrong) : undefined
  if (asText) return [asText]
  return similar.map((name) => replaceWord(argv, at, name))
}

/**
 * `users list --suspended` is `--status suspended`, `--inactive` is `--status invited,suspended`: finds a list's option
 * that takes the word, or values that the word stands for.
 */
function optionsWithValue(command: Command | undefined, word: string): [option: string, value: string][] {
  if (fieldsOf(command).length === 0) return []
  const options = command?.options.filter(({ long = '' }) => !displayOptions.has(long)) ?? []
  const exact = options.find((option) => valuesOf(option, word).includes(word))
  if (exact) return [[exact.long ?? '', word]]
  return options.flatMap((option): [string, string][] => {
    const named = namesWithSynonym(word, valuesOf(option), option.name())
    return named.length > 0 ? [[option.long ?? '', named.join(',')]] : []
  })
}

/** Options that choose how a list is shown, and do not filter it. */
const displayOptions: ReadonlySet<string> = new Set(['--fields', '--sort'])

function valuesOf(option: Option, prefix = ''): readonly string[] {
  const { completions = [] } = completionsFor(option)
  const values =
    typeof completions === 'function' ? completions(prefix) : 'stored' in completions ? [] : completions
  return values.map((value) => (typeof value === 'string' ? value : value[0]))
}

/** Columns that the search text of a list covers. */
const searchedColumns: ReadonlySet<string> = new Set(
  'name first-name last-name email centre-name number title subject file town'.split(' '),
)

/** `users list --name haddad` becomes `users list haddad`. */
function lineWithSearchText({ argv, command }: RejectedInput, wrong: string): Line | undefined {
  const at = argv.indexOf(wrong)
  const isTyped = argv[at + 1] !== undefined && !argv[at + 1]?.startsWith('-')
  const isSearched = searchedColumns.has(wrong.slice(2)) && optionNames(command).includes('--fields')
  return isTyped && isSearched && command?.registeredArguments.length === 1
    ? replaceWord(argv, at)
    : undefined
}

/** `users list --pin issued`: a column that is shown and cannot be filtered by. */
function columnHint({ argv, command }: RejectedInput, wrong: string): string | undefined {
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

/** Common other names for options. */
const optionSynonyms: Readonly<Record<string, string>> = {
  school: '--centre',
  mail: '--email',
  'e-mail': '--email',
  address: '--email',
  user: '--subject',
  who: '--actor',
  centre: '--subject',
  sites: '--add-site',
  roles: '--add-role',
  'not-signed-in': '--never-signed-in',
  'no-coordinator': '--without-coordinator',
}

/** `users transfer --from A --to B` becomes `users transfer A --to B`; the centre that somebody leaves is dropped. */
function withoutFromOption(argv: Line, command: Command): Line | undefined {
  const { registeredArguments, options } = command
  const last = registeredArguments.at(-1)
  if (last === undefined || !options.some(({ long }) => long === '--to')) return undefined
  const isValue = (at: number) => takesValue(command, argv[at - 1] ?? '')
  const typed = argv.filter((word, at) => at > 1 && !word.startsWith('-') && !isValue(at))
  const from = argv.indexOf('--from')
  const named = argv[from + 1] ?? ''
  const isExcess = last.variadic ? looksLikeCentreNumber(named) : typed.length > registeredArguments.length
  return replaceWord(isExcess ? replaceWord(argv, from + 1) : argv, from)
}

/** `users list --out users.csv`: lists are printed, and redirected into a file by the shell. */
export function redirectionHint(rejected: RejectedInput): string | undefined {
  const { argv, command } = rejected
  const wrong = unknownOptionIn(rejected)
  const isListCommand = optionNames(command).includes('--format') && similarOptions(rejected).length === 0
  if (!outputFileOption.test(wrong) || !isListCommand) return undefined
  const at = argv.indexOf(wrong)
  const next = argv[at + 1]
  const named = next === undefined || next.startsWith('-') ? undefined : next
  const file = named?.replace(/\.xlsx?$/i, '.csv') ?? 'FILE'
  const rest = replaceWord(named === undefined ? argv : replaceWord(argv, at + 1), at)
  const format = rest.includes('--format') ? [] : ['--format', 'csv']
  return `A list goes into a file so: ${commandLine([...rest, ...format])} > ${shellWord(file)}`
}

/** Arguments that begin with a dash, such as a copied bullet, go behind `--`; options hold no blank and no @. */
export function endOfOptionsHint(rejected: RejectedInput): string | undefined {
  const { argv, command } = rejected
  const wrong = unknownOptionIn(rejected)
  // commander reports -y@school.example without the -y, which it parsed as an option.
  const at = argv.findIndex((word) => /^-(?!-)/.test(word) && word.endsWith(wrong.slice(1)))
  if (!command || command.registeredArguments.length === 0 || at < 0 || !/[\s@]/.test(wrong)) return undefined
  const rest = argv.slice(at + 1)
  const isOptionOrValue = (word: string, position: number) =>
    word.startsWith('-') || takesValue(command, rest[position - 1] ?? '')
  const before = [...argv.slice(0, at), ...rest.filter(isOptionOrValue)]
  const behind = [argv[at] ?? wrong, ...rest.filter((word, position) => !isOptionOrValue(word, position))]
  return `What begins with - stands behind --: ${commandLine([...before, '--', ...behind])}`
}

/** Whether a word is an option that takes the next word as its value. */
function takesValue(command: Command, word: string): boolean {
  return command.options.some(({ long, short, required }) => required && (long === word || short === word))
}
