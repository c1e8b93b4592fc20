import type { Argument, Command, Option } from 'commander'
import { hintOfLines, Usage } from '../errors.ts'
import { sentenceCase } from '../render/text.ts'
import { similarNames } from '../rules/unknown-name.ts'
import { shellWord } from '../shell-word.ts'
import {
  isArgument,
  isSettingName,
  lineWithBefore,
  optionFor,
  withToOption,
  withoutExcessWords,
  withTextJoined,
} from './excess-words.ts'
import { looksLikeCentreNumber } from './names-typed.ts'
import { severalFiles } from './several-files.ts'
import {
  type ParsedLine,
  commandLine,
  type Line,
  shownWord,
  splitOptionValues,
  replaceWord,
  replaceWords,
} from './typed-line.ts'
import {
  endOfOptionsHint,
  linesWithOption,
  redirectionHint,
  type RejectedInput,
  unknownOptionHint,
  similarOptions,
  unknownOptionIn,
  type FlagWithValue,
  valueOfFlag,
} from './unknown-option.ts'

/**
 * A commander parse error in our words, with the line to type instead.
 * @param correct the line, mended where necessary, if the parser accepts it
 */
export async function usageErrorFor(
  input: RejectedInput,
  correct: (line: Line) => Promise<Line | undefined>,
): Promise<Usage> {
  const flag = valueOfFlag(input)
  if (flag) return flagTakesNoValue(flag, input)
  const rejected = withOptionValuesSplit(input)
  const { argv, code, command } = rejected
  const several = command && code === 'excess-arguments' ? severalFiles({ argv, command }) : undefined
  if (several) return new Usage(`${several.message}.`, { code, hint: several.hint })
  const message = describeRejection(rejected)
  if (command && code === 'missing-mandatory-option-value')
    return missingOptionsError({ argv, command }, code)
  if (command && code === 'missing-argument') return missingArgumentsError({ argv, command }, code)
  if (command && code === 'option-missing-argument') return missingValueError(rejected, command)
  const redirectHint =
    code === 'unknown-option'
      ? (redirectionHint(rejected) ?? endOfOptionsHint(rejected))
      : batchFileHint(rejected)
  const lines = redirectHint ? [] : await Promise.all(suggestedLines(rejected).map(correct))
  const suggestions = lines.flatMap((line) => (line ? [commandLine(line)] : []))
  const defaultHint =
    hintOfLines(suggestions) ?? unknownOptionHint(rejected) ?? 'Add --help to see what it takes.'
  const details = code === 'excess-arguments' ? {} : { candidates: similarOptions(rejected) }
  return new Usage(`${message}.`, { code, hint: redirectHint ?? defaultHint, details })
}

/** `--dry-run=yes` says it without the value, and `--json=no` without the option; other values say neither. */
function flagTakesNoValue({ at, name, value }: FlagWithValue, { argv }: RejectedInput): Usage {
  const meansNo = /^(?:no|n|false|off|0|never)$/i.test(value)
  const meansYes = /^(?:yes|y|true|on|1)$/i.test(value)
  const line = meansNo ? replaceWord(argv, at) : meansYes ? replaceWord(argv, at, name) : undefined
  return new Usage(`${name} takes no value: it is there, or it is not.`, {
    code: 'invalid-option',
    hint: line ? commandLine(line) : `Leave out what stands behind ${name}, or all of it.`,
    details: { candidates: [name] },
  })
}

/** Splits `--option=value` into two words: the value may be the first of several words. */
function withOptionValuesSplit(rejected: RejectedInput): RejectedInput {
  return rejected.code === 'invalid-argument'
    ? rejected
    : { ...rejected, argv: splitOptionValues(rejected.argv) }
}

/** `users list --smtp`: names the option's meaning, and the line with a placeholder for the value. */
function missingValueError(rejected: RejectedInput, command: Command): Usage {
  const { argv, code } = rejected
  const flags = unknownOptionIn(rejected)
  const [long = ''] = /--[a-z-]+/.exec(flags) ?? []
  const option = command.options.find((one) => one.flags === flags)
  const at = argv.findLastIndex((word) => word === long || word === option?.short)
  const line = replaceWord(argv, at, argv[at] ?? long, placeholderOf(flags))
  const meaning = option ? `: ${option.description.replace(/ \(SSH_ADMIN_[A-Z_]+\)$/, '')}` : ''
  return new Usage(`${long} needs a value${meaning}.`, {
    code,
    hint: commandLine(line),
    details: { candidates: [] },
  })
}

function describeRejection({ message, code, command }: RejectedInput): string {
  const [firstLine = ''] = message.replace(/^error: /, '').split('\n')
  const wrong = code === 'invalid-argument' ? invalidChoice(firstLine) : undefined
  if (wrong) return `'${wrong.value}' is none of ${wrong.choices.join(', ')}`
  if (code === 'excess-arguments' && command?.registeredArguments.length === 0)
    return `'${command.name()}' takes nothing behind it: '${command.args.map(shownWord).join(' ')}' is too much`
  // The text behind = may be a password, and is not shown.
  const shown = code === 'unknown-option' ? firstLine.replace(/^(.*?'--?[^=']+)=.*$/s, "$1'") : firstLine
  return sentenceCase(shown).replace(/\.$/, '')
}

/** The value that was typed and the choices of its argument or option, from commander's message. */
function invalidChoice(message: string): { value: string; choices: readonly string[] } | undefined {
  const [, value, choices = ''] =
    /(?:value|argument) '(.*)' is invalid.* Allowed choices are (.*?)\.?$/m.exec(message) ?? []
  return value === undefined ? undefined : { value, choices: choices.split(', ') }
}

function linesWithChoice({ argv, message }: RejectedInput): readonly Line[] {
  const wrong = invalidChoice(message)
  const at = wrong ? argv.findIndex((word) => word === wrong.value || word.endsWith(`=${wrong.value}`)) : -1
  if (!wrong || at < 0) return []
  const before = argv[at]?.slice(0, -wrong.value.length) ?? ''
  return similarNames(wrong.value, wrong.choices, 'kind').map((name) =>
    replaceWord(argv, at, `${before}${name}`),
  )
}

/** Lines that were perhaps meant by one that the parser rejects, likeliest first; each may need mending itself. */
export function suggestedLines(input: RejectedInput): readonly Line[] {
  const rejected = withOptionValuesSplit(input)
  const { argv, code, command } = rejected
  if (code === 'unknown-option') return linesWithOption(rejected)
  if (code === 'invalid-argument') return linesWithChoice(rejected)
  if (!command) return []
  const parsedLine = { argv, command }
  const asList = (line: Line | undefined) => (line ? [line] : [])
  if (code === 'missing-mandatory-option-value')
    return asList(lineWithOptions(parsedLine, missingOptions(parsedLine)))
  if (code === 'missing-argument') return asList(lineWithArguments(parsedLine))
  return code === 'excess-arguments'
    ? (linesForTransfer(parsedLine) ?? asList(withoutExcessWords(parsedLine)))
    : []
}

/** `users transfer omar noor`: two people, or one name of two words; capital letters make the name likelier. */
function linesForTransfer({ argv, command }: ParsedLine): readonly Line[] | undefined {
  const [first = '', second = '', ...others] = command.args
  const areNames = [first, second].every((word) => /^\p{L}[\p{L}\p{M}'’-]+$/u.test(word))
  if (command.name() !== 'transfer' || others.length > 0 || !areNames || argv.includes('--to'))
    return undefined
  if (notAPersonsName.test(first) || notAPersonsName.test(second)) return undefined
  const whole = replaceWords(argv, [first, second], `${first} ${second}`, '--to', 'EMAIL')
  const two = /^\p{Lu}/u.test(second) ? undefined : replaceWords(argv, [first, second], first, '--to', second)
  return [two, whole].filter((line) => line !== undefined)
}

/** Words that begin a description and are no name: `transfer from omar`, `transfer tests omar`. */
const notAPersonsName =
  /^(?:from|to|all|every\p{L}+|the|data|tests?|results?|groups?|progression.*|users?|teachers?)$/iu

/** `batch FILE`: the batch reads its lines from stdin. */
function batchFileHint({ code, command, argv }: RejectedInput): string | undefined {
  const [file, ...others] = command?.args ?? []
  if (code !== 'excess-arguments' || command?.name() !== 'batch' || file === undefined || others.length > 0)
    return undefined
  return `It reads stdin: ${commandLine(replaceWord(argv, argv.lastIndexOf(file)))} < ${shellWord(file)}`
}

function missingOptions({ command }: ParsedLine): Option[] {
  return command.options.filter(
    (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
  )
}

/** Names all missing options at once. */
function missingOptionsError(parsedLine: ParsedLine, code: string): Usage {
  const missing = missingOptions(parsedLine)
  const named = missing.map(({ long }) => long ?? '')
  const options = missing.map((option) => `${option.long}: ${option.description}`)
  const message =
    named.length === 1
      ? `It needs ${options.join('')}.`
      : `It needs ${named.slice(0, -1).join(', ')} and ${named.at(-1)}.`
  const line = lineWithOptions(parsedLine, missing)
  const excess = excessWords(parsedLine).filter((word) => !line.includes(word))
  const tooMuch = excess.length > 0 ? ` Too much: ${excess.map((word) => `'${word}'`).join(', ')}.` : ''
  return new Usage(`${message}${tooMuch}`, { code, hint: commandLine(line) })
}

/** The words behind the last argument that the command takes. */
function excessWords({ command }: ParsedLine): readonly string[] {
  const taken = command.registeredArguments
  const isOption = command.args.some((word) => word.startsWith('-'))
  return taken.at(-1)?.variadic || isOption ? [] : command.args.slice(taken.length)
}

/** The line with the missing options at its end; an address where none is expected becomes the value of its option. */
function lineWithOptions(parsedLine: ParsedLine, missing: readonly Option[]): Line {
  const { argv, command } = parsedLine
  const [only, ...others] = missing
  const line = only && others.length === 0 ? lineWithOptionInserted(parsedLine, only) : undefined
  if (line !== undefined) return line
  const isVariadic = command.registeredArguments.at(-1)?.variadic === true
  const whole = isVariadic ? withTextJoined(argv, () => true) : undefined
  const rest = excessWords(parsedLine).reduce(
    (shorter: Line, word) => replaceWord(shorter, shorter.lastIndexOf(word)),
    whole ?? argv,
  )
  return [...rest, ...missing.flatMap((option) => [option.long ?? '', placeholderOf(option.flags)])]
}

/** The line with the option put before its value, where the value was typed without it. */
function lineWithOptionInserted({ argv, command }: ParsedLine, { long, flags }: Option): Line | undefined {
  const to = withToOption(argv, command)
  if (to !== undefined) return to
  // The destination is named by `--to`, so `--centre` was meant as `--to`.
  const at = argv.indexOf('--centre')
  if (long === '--to' && flags.includes('<centre>') && at > 0)
    return replaceWord(argv, at, long, ...(isArgument(argv[at + 1]) ? [] : [placeholderOf(flags)]))
  const moved =
    long === '--to' && flags.includes('<centre>') ? withPersonAndCentre(argv, command.args) : undefined
  if (moved) return moved
  const excessWord = command.args[command.registeredArguments.length]
  if (long && excessWord !== undefined && optionFor(command, excessWord) === long)
    return lineWithBefore(argv, excessWord, long)
  const address = command.args.find((word) => word.includes('@'))
  const takesEmail = command.registeredArguments.some((argument) => argument.name() === 'email')
  // In a list that always belongs to one person, the free text names that person; an unknown option names nobody.
  const isText = command.args.length > 0 && command.args.every((word) => !word.startsWith('-'))
  if (long === '--owner' && isText && address === undefined) {
    const rest = command.args.reduce((line, word) => replaceWord(line, line.lastIndexOf(word)), argv)
    return [...rest, long, command.args.join(' ')]
  }
  return flags.includes('<email>') && address !== undefined && !takesEmail
    ? replaceWord(argv, argv.indexOf(address), long ?? '', address)
    : undefined
}

/** `users move Omar Said EG003`, `users move omar@… Delta School`: quotes the name, puts --to before the centre. */
function withPersonAndCentre(argv: Line, words: Line): Line | undefined {
  const isNumbered = looksLikeCentreNumber(words.at(-1) ?? '')
  if (words.length < 3 || !(isNumbered || words[0]?.includes('@'))) return undefined
  const end = isNumbered ? words.length - 1 : 1
  const [who, where] = [words.slice(0, end), words.slice(end)]
  // Behind an address, each word is somebody else.
  if (isNumbered && words[0]?.includes('@')) return replaceWords(argv, words, ...who, '--to', ...where)
  const isPlain = [...who.slice(1), ...where].every((word) => !/^-|[@<]/.test(word))
  // An address identifies the person alone, without a name behind it.
  if (who.length > 1 && words[0]?.includes('@')) return undefined
  return isPlain ? replaceWords(argv, words, who.join(' '), '--to', where.join(' ')) : undefined
}

/** The placeholder for an option's value in a suggested line: `TITLE` for `--title <title>`. */
function placeholderOf(flags: string): string {
  return (/<([^>]*)>/.exec(flags)?.[1] ?? 'value').toUpperCase()
}

function missingArgumentsError(parsedLine: ParsedLine, code: string): Usage {
  const [first] = missingArguments(parsedLine)
  const message = first ? `It needs ${first.name().toUpperCase()}: ${first.description}.` : 'It needs more.'
  return new Usage(message, { code, hint: commandLine(lineWithArguments(parsedLine)) })
}

function missingArguments({ command }: ParsedLine): Argument[] {
  return command.registeredArguments.filter((argument) => argument.required).slice(command.args.length)
}

function lineWithArguments(parsedLine: ParsedLine): Line {
  const { argv, command } = parsedLine
  const [typed = '', ...others] = command.args
  const [, name = '', value = ''] = /^([a-z-]+)=(.+)$/is.exec(typed) ?? []
  if (command.name() === 'set' && isSettingName(name) && others.length === 0)
    return replaceWord(argv, argv.lastIndexOf(typed), name, value)
  return [...argv, ...missingArguments(parsedLine).map((argument) => argument.name().toUpperCase())]
}
