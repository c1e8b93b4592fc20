import type { Argument, Command, Option } from 'commander'
import { hintOfNearest, Usage } from '../errors.ts'
import { sentenceCase } from '../render/text.ts'
import { shellWord } from '../shell-word.ts'
import { isSettingName, lineWithBefore, optionFor, withDashes, withFewer } from './excess-words.ts'
import { commandLine, type Line, withWord } from './typed-line.ts'
import { behindDashes, linesWithOption, listIntoFile, optionsMeant, wrongOption } from './unknown-options.ts'

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
  rejected: RejectedInput,
  accepted: (line: Line) => Promise<Line | undefined>,
): Promise<Usage> {
  const { argv, code, command } = rejected
  const said = saidOf(rejected)
  if (command && code === 'missing-mandatory-option-value') return withoutOptions({ argv, command }, code)
  if (command && code === 'missing-argument') return withoutArguments({ argv, command }, code)
  if (command && code === 'option-missing-argument') return withoutValue(rejected, command)
  const redirected =
    code === 'unknown-option' ? (listIntoFile(rejected) ?? behindDashes(rejected)) : fromFile(rejected)
  const lines = redirected ? [] : await Promise.all(linesMeant(rejected).map(accepted))
  const suggestions = lines.flatMap((line) => (line ? [commandLine(line)] : []))
  const usual = hintOfNearest(suggestions) ?? 'Add --help to see what it takes.'
  const details = code === 'excess-arguments' ? {} : { candidates: optionsMeant(rejected) }
  return new Usage(`${said}.`, { code, hint: redirected ?? usual, details })
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
  const [, value, choices] =
    /(?:value|argument) '(.*)' is invalid.* Allowed choices are (.*?)\.?$/.exec(said) ?? []
  if (code === 'invalid-argument' && value !== undefined) return `'${value}' is none of ${choices}`
  if (code === 'excess-arguments' && command?.registeredArguments.length === 0)
    return `'${command.name()}' takes nothing behind it: '${command.args.join(' ')}' is too much`
  return sentenceCase(said).replace(/\.$/, '')
}

/** The lines that were perhaps meant by one that the parser does not take, likeliest first; each may need mending itself. */
export function linesMeant(rejected: RejectedInput): readonly Line[] {
  const { argv, code, command } = rejected
  if (code === 'unknown-option') return linesWithOption(rejected)
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
function lineWithOptions({ argv, command }: Asked, missing: readonly Option[]): Line {
  const [only] = missing
  const to = withDashes(argv, command)
  if (to !== undefined && missing.length === 1) return to
  // Where somebody goes is said with `--to`.
  const at = argv.indexOf('--centre')
  if (
    missing.length === 1 &&
    only?.long === '--to' &&
    only.flags.includes('<centre>') &&
    argv[at + 1] &&
    at > 0
  )
    return withWord(argv, at, '--to')
  const more = command.args[command.registeredArguments.length]
  const option = more === undefined ? undefined : optionFor(command, more)
  if (more !== undefined && option !== undefined && missing.length === 1 && only?.long === option)
    return lineWithBefore(argv, more, option)
  const address = command.args.find((word) => word.includes('@'))
  const takesEmail = command.registeredArguments.some((argument) => argument.name() === 'email')
  if (only && missing.length === 1 && only.flags.includes('<email>') && address !== undefined && !takesEmail)
    return withWord(argv, argv.indexOf(address), only.long ?? '', address)
  const rest = tooMany({ argv, command }).reduce(
    (line: Line, word) => withWord(line, line.lastIndexOf(word)),
    argv,
  )
  return [...rest, ...missing.flatMap((option) => [option.long ?? '', placeholderOf(option.flags)])]
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
