import { Command, type CommanderError } from 'commander'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { version } from '../version.ts'
import { addCommonOptions, firstStepsHeading, commonOptionsHeading, helpFormat } from './options.ts'
import { widthOf } from './terminal.ts'
import { type Group, isCommand, type Loader, summaries, tree, verbOf } from './tree.ts'
import { type Line, positionsIn } from './typed-line.ts'

/** The line in canonical words. A line whose command is canonical already is returned without loading the synonyms. */
export async function canonicalLine(argv: readonly string[]): Promise<readonly string[]> {
  // A shell cannot pass a NUL, but JSON in a line of a batch can, and PostgreSQL cannot store it in a text.
  if (argv.some((word) => word.includes('\0')))
    throw new Usage('A word of the line holds a NUL (U+0000), which stands in no name and no text.', {
      hint: 'Leave it out.',
    })
  const positions = positionsIn(argv)
  const [noun, verb] = positions
  const isCanonical = noun
    ? isCommand([noun, ...(verb ? [verb] : [])].map(({ word }) => word))
    : argv[0] !== '-v'
  if (isCanonical) return argv
  const { replaceSynonyms } = await import('./words.ts')
  return replaceSynonyms(argv, positions)
}

/** The words of the line that name the command and its arguments, without options and their values. */
export function commandWordsIn(argv: readonly string[]): string[] {
  return positionsIn(argv).map(({ word }) => word)
}

interface HelpOutput {
  writeOut: (text: string) => unknown
  /** The command is a line of a batch, for which help lists no other commands. */
  isLine?: true
}

/** The command tree with only the typed command loaded; the others have names and summaries where help lists them. */
export async function programFor(
  argv: readonly string[],
  context: Context,
  output: HelpOutput,
): Promise<Command> {
  const program = emptyProgram()
  configureOutput(program, context, output)
  const words = commandWordsIn(argv)
  const [first] = words
  const isKnown = first !== undefined && Object.hasOwn(tree, first)
  for (const [word, node] of Object.entries(tree)) {
    // The other commands are needed only for the list in help.
    if (word !== first && (output.isLine || isKnown)) continue
    const part =
      word === first ? await loadCommandFor(word, node, { words, argv }) : placeholderCommand(word, node)
    program.addCommand(part)
    configureOutput(part, context, output)
  }
  if (first !== undefined && !isKnown) {
    throw new NoSuchCommand({ argv, word: first, known: Object.keys(tree), before: [] })
  }
  return program
}

export function emptyProgram(): Command {
  const program = addCommonOptions(new Command('ssh-admin'))
    .description('Administer the School Support Hub: centres, users, coordinators and their PINs.')
    .usage('<noun> <verb> [options]')
    .optionsGroup(commonOptionsHeading)
    .version(version, '-V, --version', 'show the version')
    .optionsGroup('')
    .enablePositionalOptions()
    .helpCommand(false)
    .addHelpText('after', firstSteps)
  program.action(() => program.outputHelp())
  return program
}

const firstSteps = `
${firstStepsHeading}
  $ ssh-admin centres sample centres.xlsx     an empty workbook to fill in
  $ ssh-admin centres import centres.xlsx     centres and users in, PINs out
  $ ssh-admin users show amira@school.example

ssh-admin NOUN --help says more; ssh-admin help exit-codes, help json and help settings too.
`

/** The whole command tree with every command loaded: for documentation and tests. */
export async function wholeProgram(): Promise<Command> {
  const program = emptyProgram()
  for (const [word, node] of Object.entries(tree)) program.addCommand(await loadCommand(word, node))
  return program
}

interface Typed {
  /** The whole line; absent where an unknown word is no error, as while a line is completed. */
  argv?: Line
  /** The words that name the command. */
  words: Line
}

/** Loads the command that the words name; its siblings are loaded only where help lists them. */
export async function loadCommandFor(word: string, node: Loader | Group, typed: Typed): Promise<Command> {
  if (typeof node === 'function') return node()
  const { words, argv } = typed
  const verb = words[words.indexOf(word) + 1]
  const next = verb === undefined ? undefined : verbOf(node, verb)
  if (verb === undefined || next === undefined) {
    const group = await loadCommand(word, node)
    if (verb !== undefined && argv && !node.withoutVerb) {
      throw new NoSuchCommand({ argv, word: verb, known: Object.keys(node.verbs), before: [word] })
    }
    return group
  }
  return (await groupCommand(word, node)).addCommand(await loadCommandFor(verb, next, typed))
}

/** Loads a command or a group with all its commands. */
async function loadCommand(word: string, node: Loader | Group): Promise<Command> {
  if (typeof node === 'function') return node()
  const group = await groupCommand(word, node)
  for (const [verb, next] of Object.entries(node.verbs)) group.addCommand(await loadCommand(verb, next))
  return group
}

async function groupCommand(word: string, { summary, withoutVerb }: Group): Promise<Command> {
  const group = withoutVerb
    ? await withoutVerb()
    : addCommonOptions(new Command(word))
        .summary(summary)
        .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
        .usage('<verb> [options]')
  group
    .enablePositionalOptions()
    .helpCommand(false)
    .configureHelp({ ...helpFormat, subcommandTerm: nameAndArguments })
  if (!withoutVerb) group.action(() => group.outputHelp())
  return group
}

/** A command as help lists it, without `[options]`, which every command takes. */
function nameAndArguments(command: Command): string {
  return `${command.name()} ${command.usage().replace(/\[options\] ?/, '')}`.trimEnd()
}

/** A command with only its name and summary, as help lists it. */
export function placeholderCommand(word: string, node: Loader | Group): Command {
  const summary = typeof node === 'function' ? (summaries[word] ?? '') : node.summary
  return new Command(word).summary(summary)
}

/** A word where the name of a command was expected. */
export interface UnknownWord {
  /** The whole line. */
  argv: Line
  word: string
  /** The names that are known in this position. */
  known: readonly string[]
  /** The words of the command before the unknown word. */
  before: readonly string[]
}

export class NoSuchCommand extends Error {
  readonly unknown
  constructor(unknown: UnknownWord) {
    super(unknown.word)
    this.unknown = unknown
  }
}

/** The command of a commander error, which the error itself does not hold. */
export const commandOfError = new WeakMap<CommanderError, Command>()

/** Makes a command and its subcommands write through the context, and throw errors that know their command. */
export function configureOutput(command: Command, context: Context, output: HelpOutput): void {
  const throwWithCommand = (error: CommanderError) => {
    commandOfError.set(error, command)
    throw error
  }
  command.exitOverride(throwWithCommand).configureOutput({
    writeOut: output.writeOut,
    writeErr: () => undefined,
    getOutHelpWidth: () => widthOf(context.stdout, context.env),
  })
  for (const part of command.commands) configureOutput(part, context, output)
}
