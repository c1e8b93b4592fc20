import { type Command, CommanderError } from 'commander'
import { Cancelled, cancelledMessage, Failure } from '../errors.ts'
import { failureOf, report } from '../exit.ts'
import type { Context } from '../context.ts'
import { kebabCase } from '../kebab-case.ts'
import { version } from '../version.ts'
import { usageErrorFor, suggestedLines } from './usage-errors.ts'
import type { RejectedInput } from './unknown-option.ts'
import { correctedLine } from './corrected-line.ts'
import { commandOfError, canonicalLine, NoSuchCommand, programFor } from './program.ts'
import { withoutSecrets } from './secrets-typed.ts'
import { type TypedSettings, typedSettingsIn, withTypedSettings } from './suggested-lines.ts'
import { unknownCommand } from './suggestions.ts'
import { terminalOf } from './terminal.ts'
import { commandLine, type Line, lineWithReplacements, lineWithOption, replaceWord } from './typed-line.ts'

/** Converts commander's errors, and words that are no command, into errors in our words. */
export async function translateParserError(
  error: unknown,
  argv: readonly string[],
  context: Context,
): Promise<unknown> {
  const correct = (line: Line) => correctLine(line, context)
  if (error instanceof NoSuchCommand) return unknownCommand(error.unknown, correct)
  if (!(error instanceof CommanderError)) return error
  return usageErrorFor(rejectedInput(error, argv), correct)
}

function rejectedInput(error: CommanderError, argv: Line): RejectedInput {
  // commander's code in our spelling: `commander.unknownOption` is unknown-option.
  const code = kebabCase(error.code.replace(/^commander\./, ''))
  return { argv, message: error.message, code, command: commandOfError.get(error) }
}

const maxCorrections = 4

/** Parses a guessed line without running it. @returns the line that the parser accepts, mended where necessary */
async function correctLine(line: Line, context: Context): Promise<Line | undefined> {
  let corrected: Line | undefined = line
  for (let attempts = 0; corrected && attempts < maxCorrections; attempts += 1) {
    const words = await canonicalLine(corrected)
    const error = await parseError(words, context)
    if (error === undefined) return corrected
    corrected =
      error instanceof CommanderError ? suggestedLines(rejectedInput(error, corrected))[0] : undefined
  }
  return undefined
}

async function parseError(words: Line, context: Context): Promise<unknown> {
  try {
    const program = await programFor(words, context, { writeOut: () => undefined, isLine: true })
    disableActions(program)
    await program.parseAsync([...words], { from: 'user' })
    return undefined
  } catch (error) {
    return error instanceof CommanderError && error.exitCode === 0 ? undefined : error
  }
}

function disableActions(command: Command): void {
  command.action(() => undefined)
  for (const part of command.commands) disableActions(part)
}

/** The whole line with the option that the error says is missing. */
function lineWithMissingOption(error: unknown, argv: Line): string | undefined {
  const [option, ...value] = failureOf(error)?.optionToAdd ?? []
  return option === undefined ? undefined : commandLine(lineWithOption(argv, option, ...value))
}

/** Verbs that only read: with another verb, a suggested person or centre would be changed by mistake. */
const readOnlyVerbs: ReadonlySet<string> = new Set([
  'show',
  'list',
  'exists',
  'check',
  'export',
  'authorisations',
])

/** The lines with the nearest candidates, to be pasted; another person or centre only for a verb that reads. */
function lineWithNearest(error: unknown, argv: Line): string | undefined {
  const verb = argv.filter((typed) => !typed.startsWith('-'))[1]
  if (!(error instanceof Failure) || verb === undefined) return undefined
  const { target, wanted = target, candidates } = error.details
  if (typeof wanted !== 'string' || !Array.isArray(candidates)) return undefined
  const [first] = candidates
  const name = nameOf(first)
  if (name !== undefined) return candidates.length === 1 ? lineWithName(argv, { wanted, name }) : undefined
  const at = argv.findIndex((typed) => typed.trim().toLowerCase() === wanted.toLowerCase())
  if (at < 0 || !readOnlyVerbs.has(verb)) return undefined
  // Of several nobody can say who is meant.
  const near = candidates.slice(0, maxNear).flatMap((candidate) => addressOrNumberOf(candidate) ?? [])
  const lines = near.map((one) => commandLine(replaceWord(argv, at, one)))
  return lines.length === 0 ? undefined : lines.join('\n  ')
}

const maxNear = 3

/** Replaces an option's value, a part of a comma list, or a word of the line. */
function lineWithName(argv: Line, { wanted, name }: { wanted: string; name: string }): string | undefined {
  // `smtp-password` is followed by the password itself, which must not become the value of `smtp-password-file`.
  if (name.endsWith('-file') && !/file/i.test(wanted)) return undefined
  const line = lineWithReplacements(argv, new Map([[wanted.trim(), name]]))
  return line === commandLine(argv) ? undefined : line
}

/** The name of a candidate that is called by its name: a role, a template, a release. */
function nameOf(candidate: unknown): string | undefined {
  if (typeof candidate === 'string') return candidate
  return addressOrNumberOf(candidate) === undefined ? textIn(candidate, 'name') : undefined
}

function addressOrNumberOf(candidate: unknown): string | undefined {
  return textIn(candidate, 'email') ?? textIn(candidate, 'number')
}

function textIn(candidate: unknown, field: string): string | undefined {
  const text: unknown = candidate instanceof Object ? Reflect.get(candidate, field) : undefined
  return typeof text === 'string' ? text : undefined
}

/** For a batch, the words of the line that it failed on. */
function wordsOfLine(error: unknown): Line | undefined {
  return error instanceof Failure && 'words' in error && Array.isArray(error.words) ? error.words : undefined
}

/** Of a line of a batch, with the settings that were typed for the batch. */
interface FailureReport extends TypedSettings {
  argv: readonly string[]
  context: Context
  color: boolean
  json: boolean
  debug: boolean
}

/** The text to print for an error, and the exit code. */
export function reportFailure(
  error: unknown,
  { argv, context, color, json, debug, ...typed }: FailureReport,
) {
  const settings = { ...typed, ...typedSettingsIn(argv) }
  const { err } = terminalOf(context, { color, quiet: false })
  const hasCreatedStore = context.interruption.hasCreatedStore() && failureOf(error) instanceof Cancelled
  return report(hasCreatedStore ? new Cancelled(cancelledMessage({ hasCreatedStore })) : error, {
    argv,
    meantLine: lineWithNearest(error, argv) ?? lineWithMissingOption(error, argv),
    correctedLine: correctedLine(error, argv),
    secrets: withoutSecrets(wordsOfLine(error) ?? argv),
    completeLines: (text) => withTypedSettings(text, settings),
    view: err,
    json,
    debug,
    version,
  })
}
