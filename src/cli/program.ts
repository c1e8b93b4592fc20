import { Command, type CommanderError } from 'commander'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { version } from '../version.ts'
import { addCommonOptions, beginning, everyCommand, wordsOfHelp } from './options.ts'
import { widthOf } from './terminal.ts'
import { type Group, isCommand, type Loader, summaries, tree, verbOf } from './tree.ts'
import { type Line, positionsIn } from './typed-line.ts'

/** As the program calls a command: what is typed so already needs no other words to be read. */
export async function inOwnWords(argv: readonly string[]): Promise<readonly string[]> {
  // No shell hands one on; JSON does, in a line of a batch. A server of PostgreSQL keeps it in no text.
  if (argv.some((word) => word.includes('\0')))
    throw new Usage('A word of the line holds a NUL (U+0000), which stands in no name and no text.', {
      hint: 'Leave it out.',
    })
  const positions = positionsIn(argv)
  const [noun, verb] = positions
  const isTypedSo = noun
    ? isCommand([noun, ...(verb ? [verb] : [])].map(({ word }) => word))
    : argv[0] !== '-v'
  if (isTypedSo) return argv
  const { understood } = await import('./words.ts')
  return understood(argv, positions)
}

/** The words that name a command, and what it is of. */
export function wordsIn(argv: readonly string[]): string[] {
  return positionsIn(argv).map(({ word }) => word)
}

interface HelpOutput {
  writeOut: (text: string) => unknown
  /** Of a batch: nothing is listed. */
  isLine?: true
}

/** The command tree with the one command that is typed; with a name for each of the others where help lists them. */
export async function programFor(
  argv: readonly string[],
  context: Context,
  output: HelpOutput,
): Promise<Command> {
  const program = emptyProgram()
  prepare(program, context, output)
  const words = wordsIn(argv)
  const [first] = words
  const isKnown = first !== undefined && Object.hasOwn(tree, first)
  for (const [word, node] of Object.entries(tree)) {
    // The others are listed by help alone.
    if (word !== first && (output.isLine || isKnown)) continue
    const part = word === first ? await growFor(word, node, { words, argv }) : nameOnly(word, node)
    program.addCommand(part)
    prepare(part, context, output)
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
    .optionsGroup(everyCommand)
    .version(version, '-V, --version', 'show the version')
    .optionsGroup('')
    .enablePositionalOptions()
    .helpCommand(false)
    .addHelpText('after', firstSteps)
  program.action(() => program.outputHelp())
  return program
}

const firstSteps = `
${beginning}
  $ ssh-admin centres sample centres.xlsx     an empty workbook to fill in
  $ ssh-admin centres import centres.xlsx     centres and users in, PINs out
  $ ssh-admin users show amira@school.example

ssh-admin NOUN --help says more; ssh-admin help exit-codes, help json and help settings too.
`

/** The whole command tree, every command loaded: for documentation, completion and tests. */
export async function wholeProgram(): Promise<Command> {
  const program = emptyProgram()
  for (const [word, node] of Object.entries(tree)) program.addCommand(await grow(word, node))
  return program
}

interface Typed {
  /** All that was typed; absent where a word that is no command is no error, as while a line is completed. */
  argv?: Line
  /** Those of them that name a command. */
  words: Line
}

/** Loads the one command that the words name; its siblings only where help lists them. */
export async function growFor(word: string, node: Loader | Group, typed: Typed): Promise<Command> {
  if (typeof node === 'function') return node()
  const { words, argv } = typed
  const verb = words[words.indexOf(word) + 1]
  const next = verb === undefined ? undefined : verbOf(node, verb)
  if (verb === undefined || next === undefined) {
    const group = await grow(word, node)
    if (verb !== undefined && argv && !node.alone) {
      throw new NoSuchCommand({ argv, word: verb, known: Object.keys(node.verbs), before: [word] })
    }
    return group
  }
  return (await groupCommand(word, node)).addCommand(await growFor(verb, next, typed))
}

/** With all that is beneath it. */
async function grow(word: string, node: Loader | Group): Promise<Command> {
  if (typeof node === 'function') return node()
  const group = await groupCommand(word, node)
  for (const [verb, next] of Object.entries(node.verbs)) group.addCommand(await grow(verb, next))
  return group
}

async function groupCommand(word: string, { summary, alone }: Group): Promise<Command> {
  const group = alone
    ? await alone()
    : addCommonOptions(new Command(word))
        .summary(summary)
        .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
        .usage('<verb> [options]')
  group
    .enablePositionalOptions()
    .helpCommand(false)
    .configureHelp({ ...wordsOfHelp, subcommandTerm: nameAndArguments })
  if (!alone) group.action(() => group.outputHelp())
  return group
}

/** That it takes options goes without saying: every command does. */
function nameAndArguments(command: Command): string {
  return `${command.name()} ${command.usage().replace(/\[options\] ?/, '')}`.trimEnd()
}

/** As help lists it. */
export function nameOnly(word: string, node: Loader | Group): Command {
  const summary = typeof node === 'function' ? (summaries[word] ?? '') : node.summary
  return new Command(word).summary(summary)
}

/** A word where a command's name is looked for. */
export interface UnknownWord {
  /** All that was typed. */
  argv: Line
  word: string
  /** What may stand in its place. */
  known: readonly string[]
  /** The words before it. */
  before: readonly string[]
}

export class NoSuchCommand extends Error {
  readonly unknown
  constructor(unknown: UnknownWord) {
    super(unknown.word)
    this.unknown = unknown
  }
}

/** commander says what is wrong, and not with which command. */
export const commandOfError = new WeakMap<CommanderError, Command>()

/** Output through the context, failures as errors, and a guess at what was meant. */
export function prepare(command: Command, context: Context, output: HelpOutput): void {
  const complain = (error: CommanderError) => {
    commandOfError.set(error, command)
    throw error
  }
  command.exitOverride(complain).configureOutput({
    writeOut: output.writeOut,
    writeErr: () => undefined,
    getOutHelpWidth: () => widthOf(context.stdout, context.env),
  })
  for (const part of command.commands) prepare(part, context, output)
}
