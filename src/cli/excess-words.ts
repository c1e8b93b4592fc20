import type { Command } from 'commander'
import { settingNames } from '../config.ts'
import { kebabCase } from '../kebab-case.ts'
import { looksLikeCentreNumber, schoolNameWord, joinPeople } from './names-typed.ts'
import { completionsFor } from './parameters.ts'
import { type ParsedLine, type Line, replaceWord, replaceWords } from './typed-line.ts'
import { suggestedCommandsFor } from './words.ts'

/** A line in which the superfluous words become a setting, an option, or one name of several words. */
export function withoutExcessWords({ argv, command }: ParsedLine): Line | undefined {
  if (command.name() === 'config' || isConfigShow(command)) return lineOfSetting({ argv, command })
  const excess = command.args.slice(command.registeredArguments.length)
  return (
    withToOption(argv, command) ??
    withIndividualDelete(argv, excess) ??
    excess.map((word) => withOptionValueSplit(argv, { word, command })).find((line) => line !== undefined) ??
    withOptionDashes(argv, { command, excess }) ??
    withValueInQuotes(argv, { command, excess }) ??
    withPersonInQuotes(argv, command) ??
    withNameOfCentre(argv, { command, excess }) ??
    withOptionBefore(argv, { command, excess }) ??
    withNameOptions(argv, { command, excess }) ??
    withArgumentInQuotes(argv, command)
  )
}

/** The words behind the last argument that a command takes. */
interface Excess {
  command: Command
  excess: Line
}

/** Options that delete all of a kind, each with the option that deletes only those that are named. */
const individualDeleteOptions: Readonly<Record<string, string>> = {
  '--delete-extra': '--delete-user',
  '--delete-missing': '--delete-centre',
}

/** `--delete-extra omar@school.example`: only the user that is named is meant. */
function withIndividualDelete(argv: Line, [named]: Line): Line | undefined {
  const at = argv.findIndex(
    (word, index) => Object.hasOwn(individualDeleteOptions, word) && argv[index + 1] === named,
  )
  return at < 0 ? undefined : replaceWord(argv, at, individualDeleteOptions[argv[at] ?? ''] ?? '')
}

/** `config smtp URL`, and `config delete smtp`: the lines with the right verb. */
function lineOfSetting({ argv, command }: ParsedLine): Line | undefined {
  const [first = '', ...others] = command.args
  const [suggestedCommand] = suggestedCommandsFor('config', first)
  if (suggestedCommand !== undefined && others.length < 2) {
    const [, verb = ''] = suggestedCommand.split(' ')
    return replaceWord(argv, argv.indexOf(first, argv.indexOf('config')), verb)
  }
  if (!isSettingName(first)) return undefined
  // `config` shows all settings at once, so the name alone is superfluous.
  if (others.length === 0) return replaceWord(argv, argv.lastIndexOf(first))
  return others.length === 1 && !isConfigShow(command)
    ? replaceWord(argv, argv.indexOf('config'), 'config', 'set')
    : undefined
}

export function isSettingName(word: string): boolean {
  return settingNames.some((name) => name === word || kebabCase(name) === word.toLowerCase())
}

/** Whether the command is `config show`, for which `config get` is another name. */
function isConfigShow(command: Command): boolean {
  return command.name() === 'show' && command.parent?.name() === 'config'
}

/** `centres edit EG001 name 'Nile Academy'`: an option without its dashes, and its value. */
function withOptionDashes(argv: Line, { command, excess }: Excess): Line | undefined {
  const [word = '', value] = excess
  const option = command.options.find(({ long }) => long === `--${word}`)
  const isOption = option?.required === true && command.getOptionValue(option.attributeName()) === undefined
  return isOption && value !== undefined && excess.length === 2
    ? replaceWord(argv, argv.lastIndexOf(word, argv.lastIndexOf(value) - 1), `--${word}`)
    : undefined
}

/** `users edit omar@school.example 'Omar Aziz'`: the last word of a name is the last name. */
function withNameOptions(argv: Line, { command, excess }: Excess): Line | undefined {
  const options = ['--first-name', '--last-name']
  const takesBothNames = options.every((name) => command.options.some(({ long }) => long === name))
  const words = excess.join(' ').trim().split(/\s+/)
  const areNames = words.length > 1 && words.every((word) => /^\p{Lu}[\p{L}\p{M}'-]+$/u.test(word))
  const isTyped = argv.some((word) => options.some((name) => word.startsWith(name)))
  if (!takesBothNames || !areNames || isTyped) return undefined
  const rest = excess.reduce((line: Line, word) => replaceWord(line, line.lastIndexOf(word)), argv)
  return [...rest, '--first-name', words.slice(0, -1).join(' '), '--last-name', words.at(-1) ?? '']
}

/** `users transfer A to B`: `to` becomes `--to`. */
export function withToOption(argv: Line, command: Command): Line | undefined {
  const at = argv.indexOf('to')
  const takesTo =
    command.options.some(({ long }) => long === '--to') && command.getOptionValue('to') === undefined
  if (!takesTo || at < 0 || argv[at + 1] === undefined || !command.args.includes('to')) return undefined
  return replaceWord(argv, at, '--to')
}

/** `email=new@school.example`, or a value behind an option that takes none: `--admin yes`. */
function withOptionValueSplit(
  argv: Line,
  { word, command }: { word: string; command: Command },
): Line | undefined {
  const at = argv.lastIndexOf(word)
  const option = (name: string | undefined) => command.options.find(({ long }) => long === name)
  const [, name, value = ''] = /^([a-z][a-z-]*)=(.+)$/s.exec(word) ?? []
  if (option(name && `--${name}`)?.required) return replaceWord(argv, at, `--${name}`, value)
  const before = option(argv[at - 1])
  const meansYes = /^(yes|true|on|1)$/i.test(word)
  return before && !before.required && meansYes ? replaceWord(argv, at) : undefined
}

/** `users move omar@school.example EG002`: puts the option before its value. */
function withOptionBefore(argv: Line, { command, excess }: Excess): Line | undefined {
  const [word = '', ...others] = excess
  const option = others.length === 0 ? optionFor(command, word) : undefined
  return option === undefined ? undefined : lineWithBefore(argv, word, option)
}

export function lineWithBefore(argv: Line, word: string, option: string): Line {
  return swappedArguments(argv, word, option) ?? replaceWord(argv, argv.lastIndexOf(word), option, word)
}

/** `users move EG001 omar@…` and `coordinator change omar@… EG001`: the person and the centre are swapped. */
function swappedArguments(argv: Line, word: string, option: string): Line | undefined {
  const [noun = '', verb = '', first = ''] = argv
  const wantsPerson = `${noun} ${verb}` === 'users move'
  const wantsCentre = `${noun} ${verb}` === 'coordinator change'
  const isSwapped =
    option === '--to' &&
    ((wantsPerson && word.includes('@') && !first.includes('@')) ||
      (wantsCentre && first.includes('@') && !word.includes('@')))
  if (!isSwapped) return undefined
  const rest = argv.slice(3)
  const at = rest.findIndex((typed, index) => typed === word && !rest[index - 1]?.startsWith('-'))
  return at < 0 ? undefined : [noun, verb, word, option, first, ...replaceWord(rest, at)]
}

/** Options whose value is one text of any number of words. */
const textOptions: ReadonlySet<string> = new Set([
  '--name',
  '--first-name',
  '--last-name',
  '--title',
  '--address',
  '--town',
  '--search',
  '--new',
])

/** `centres edit EG001 --name Nile Academy`, `users list --centre Nile Academy`: joins an option's words. */
function withValueInQuotes(argv: Line, { command, excess }: Excess): Line | undefined {
  if (excess.some((word) => word.startsWith('-') || isUrl(word))) return undefined
  for (const [at, option] of argv.entries()) {
    const [value = '', ...behind] = argv.slice(at + 1)
    if (!takesText(command, { option, value })) continue
    const end = behind.findIndex((word) => word.startsWith('-'))
    const wordsUntilOption = end < 0 ? behind : behind.slice(0, end)
    // The last words may be required arguments of the command, and are left to them.
    const requiredCount = command.registeredArguments.filter(({ required }) => required).length
    const words = [value, ...wordsUntilOption.slice(0, Math.max(0, command.args.length - requiredCount))]
    const remaining = wordsUntilOption.slice(words.length - 1)
    if (words.length < 2 || remaining.some((word) => !looksLikeCentreNumber(word) && !word.includes('@')))
      continue
    const lastName = option === '--first-name' ? lastNameFor(command) : undefined
    if (lastName !== undefined)
      return argv.toSpliced(at + 1, words.length, words.slice(0, -1).join(' '), lastName, words.at(-1) ?? '')
    const [whole, ...others] = option === '--new' ? (joinPeople(words) ?? []) : [words.join(' ')]
    if (whole !== undefined && others.length === 0) return argv.toSpliced(at + 1, words.length, whole)
  }
  return undefined
}

/** Whether the option takes free text, or takes a name and has one. */
function takesText(command: Command, { option, value }: { option: string; value: string }): boolean {
  const declared = command.options.find(({ long }) => long === option)
  if (declared === undefined || value === '' || value.startsWith('-')) return false
  const isName =
    completionsFor(declared).nameKind !== undefined && !looksLikeCentreNumber(value) && !value.includes('@')
  return textOptions.has(option) || isName
}

/**
 * Joins the words of a text option's value where the command takes any number of arguments:
 * `resources upload a.mp3 --title Listening paper`. @param isPart whether a word can be no argument of the command
 */
export function withTextJoined(argv: Line, isPart: (word: string) => boolean): Line | undefined {
  const at = argv.findIndex((word) => textOptions.has(word))
  const behind = at < 0 ? [] : argv.slice(at + 2)
  const end = behind.findIndex((word) => word.startsWith('-') || /[./\\]/.test(word) || !isPart(word))
  const more = end < 0 ? behind : behind.slice(0, end)
  const whole = argv.toSpliced(at + 1, more.length + 1, [argv[at + 1], ...more].join(' '))
  const isLeft = whole.some((word, index) => index > 1 && isArgument(word) && isArgument(whole[index - 1]))
  return more.length > 0 && isLeft ? whole : undefined
}

export function isArgument(word: string | undefined): boolean {
  return word?.startsWith('-') === false
}

/** `--last-name`, where the command has it and it was not typed: `--first-name Omar Said`. */
function lastNameFor(command: Command): string | undefined {
  const option = command.options.find(({ long }) => long === '--last-name')
  const isTyped = option !== undefined && command.getOptionValue(option.attributeName()) !== undefined
  return isTyped ? undefined : option?.long
}

/** `coordinator add EG001 Omar Said omar@school.example`: joins a name and its address in one word. */
function withPersonInQuotes(argv: Line, { args, registeredArguments: taken }: Command): Line | undefined {
  if (taken.at(-1)?.name() !== 'person' || taken.at(-1)?.variadic) return undefined
  // Between the name of a centre and that of a person there is no certain boundary.
  if (!looksLikeCentreNumber(args[0] ?? '')) return withCentreInQuotes(argv, args)
  const words = args.slice(taken.length - 1)
  const [whole, ...others] = joinPeople(words) ?? []
  return whole === undefined || others.length > 0 ? undefined : replaceWords(argv, words, whole)
}

/** `coordinator add Nile Academy 'Omar Said <omar@school.example>'`, and the same without quotes. */
function withCentreInQuotes(argv: Line, args: Line): Line | undefined {
  const words = args.slice(0, -1)
  const last = args.at(-1) ?? ''
  if (!last.includes('@') || words.some((word) => /[@<]/.test(word))) return undefined
  if (/^[^<]+</.test(last)) return replaceWords(argv, words, words.join(' '))
  // The centre's name ends at a word that only schools have, unless a comma behind the word continues the name.
  const behind = words.findLastIndex((word) => schoolNameWord.test(word)) + 1
  const end = words[behind - 1]?.endsWith(',') ? 0 : behind
  const whole =
    end > 0 && end < words.length ? joinPeople(args.slice(end)) : [`NAME ${inAngleBrackets(last)}`]
  return replaceWords(
    argv,
    args,
    ...(end > 0 ? [words.slice(0, end).join(' ')] : ['CENTRE']),
    ...(whole ?? []),
  )
}

function inAngleBrackets(address: string): string {
  return address.includes('<') ? address : `<${address}>`
}

/** Whether --name gives the centre's name: behind its number. Without a number, the words are the name instead. */
function isNamedByOption(command: Command): boolean {
  const { args, registeredArguments } = command
  if (registeredArguments[0]?.name() !== 'centre') return false
  return command.name() === 'create' || (command.name() === 'edit' && looksLikeCentreNumber(args[0] ?? ''))
}

/** `centres create EG900 Nile Academy`: joins the words of the name behind `--name`. */
function withNameOfCentre(argv: Line, { command, excess }: Excess): Line | undefined {
  const isName =
    excess.length > 1 &&
    excess.every((word) => !/[@<>|&;=]/.test(word) && !isUrl(word)) &&
    !looksLikeCentreNumber(excess[0] ?? '')
  return isName && isNamedByOption(command) && command.getOptionValue('name') === undefined
    ? replaceWords(argv, excess, '--name', excess.join(' '))
    : undefined
}

/** A URL is no part of a name, and may be a secret link, which is not repeated in a suggestion. */
function isUrl(word: string): boolean {
  return word.includes('://')
}

/** The option that a superfluous word belongs to: `--name` for a centre's name, `--to` or `--new` for a destination. */
export function optionFor(command: Command, word: string): string | undefined {
  const names = command.options.map(({ long }) => long)
  const isName = isNamedByOption(command)
  const option = isName ? '--name' : word.includes('<') ? '--new' : '--to'
  const isPersonOrCentre = /[@<]/.test(word) || looksLikeCentreNumber(word)
  if (isPersonOrCentre === isName || (isName && isUrl(word))) return undefined
  return names.includes(option) && command.getOptionValue(option.slice(2)) === undefined ? option : undefined
}

/** Joins the words of a name, or of a file's name, that was typed without quotes. */
function withArgumentInQuotes(argv: Line, command: Command): Line | undefined {
  const { args, registeredArguments } = command
  const [only, ...others] = registeredArguments
  // An account is named by its address alone, and the words behind it may be a password.
  if (command.parent?.name() === 'account') return undefined
  const isPlain = args.every((word) => !/[@<>|&;]/.test(word) && !isUrl(word) && !/^\d+$/.test(word))
  return only && others.length === 0 && !only.variadic && isPlain && !/\d/.test(args[0] ?? '')
    ? replaceWords(argv, args, args.join(' '))
    : undefined
}
