import { existsSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { kebabCase } from '../kebab-case.ts'
import { addCommonOptions, everyCommand, wordsOfHelp } from './common-options.ts'
import { setInvocation, outcomeOf } from './action.ts'
import { type Loader, type Group, isCommand, summaries, tree } from './tree.ts'
import { actingFor } from '../config.ts'
import type { Context } from '../context.ts'
import type { Output } from '../output.ts'
import { Usage } from '../errors.ts'
import { isTopic } from './help/topics.ts'
import { cleanForTerminal } from '../render/clean-text.ts'
import { wrappedText } from '../render/wrap.ts'
import { isServerAddress } from '../server-address.ts'
import type { Batch, CheckLine, LineEnd, LineProgram, LineWork, ReadyLine } from './batch/line.ts'
import { typedCommand } from './options.ts'
import { sessionOf } from './session.ts'
import { endQuietlyWhenReaderLeaves, forStream, terminalOf, widthOf } from './terminal.ts'
import type { RejectedInput } from './complaints.ts'
import { commandLine, type Line, positionsIn } from './typed-line.ts'
import { version } from '../version.ts'
import { alsoListed, understood } from './words.ts'

/** Runs one command. @param argv what follows the program's name @returns the exit code */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  if (argv[0] === 'complete' && argv[1] === '--') return complete(argv.slice(2), context)
  for (const stream of [context.stdout, context.stderr]) endQuietlyWhenReaderLeaves(stream)
  try {
    const typed = helpAsACommandSaysIt(inOwnWords(argv))
    const words = (await isForStatus(typed, context)) ? ['status', ...typed] : typed
    const help: string[] = []
    const program = await programFor(words, context, { writeOut: (text) => help.push(text) })
    setInvocation(program, { context, argv: words, checkLine })
    await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
      // Help and version end so.
      if (!(error instanceof CommanderError && error.exitCode === 0)) throw error
    })
    if (help.length > 0) await writeHelp(help.join(''), words, context)
    else tellWhatElseIsListed(argv, { words, context })
    return outcomeOf(program)
  } catch (error) {
    return await writeError(error, argv, context)
  }
}

/** As the program calls a command: what is typed so already needs no other words to be read. */
function inOwnWords(argv: readonly string[]): readonly string[] {
  const positions = positionsIn(argv)
  const [noun, verb] = positions
  const isTypedSo = noun !== undefined && verb !== undefined && isCommand([noun.word, verb.word])
  return isTypedSo ? argv : understood(argv, positions)
}

/** To somebody at a terminal. */
function tellWhatElseIsListed(
  argv: readonly string[],
  { words, context }: { words: readonly string[]; context: Context },
): void {
  const also = context.stdout.isTTY === true ? alsoListed(argv, wordsIn(words)) : undefined
  if (also === undefined || wantsJson(words)) return
  terminalOf(context, { color: false, quiet: words.includes('-q') || words.includes('--quiet') }).say(also)
}

/** What somebody looks for who goes through a page of help. */
const headingOfHelp =
  /^(?:Usage|Arguments|Commands|Options|Examples?|First steps|Options of every command):/gm

/** As wide as commander's own part of it, in a pipe too; at a terminal that is too small for it through the pager. */
async function writeHelp(help: string, argv: readonly string[], context: Context): Promise<void> {
  const terminal = terminalOf(context, { color: false, quiet: false })
  const { ownOptionsFirst } = await import('./common-options.ts')
  const text = wrappedText(cleanForTerminal(ownOptionsFirst(help)), terminal.out.width)
  if (!terminal.out.isTerminal) {
    await terminal.write(text)
    return
  }
  const { bold } = terminalOf(context, { color: !argv.includes('--no-color'), quiet: false }).out.chalk
  const { pagedOutput } = await import('./pager.ts')
  const out = pagedOutput({ terminal, context, common: { pager: !argv.includes('--no-pager') } })
  await out.write(text.replace(headingOfHelp, bold))
  await out.end()
}

/** ssh-admin alone, typed at a terminal by Cambridge staff where there is a store, shows its status. */
async function isForStatus(argv: readonly string[], context: Context): Promise<boolean> {
  if (context.stdout.isTTY !== true || positionsIn(argv).length > 0 || argv.some(asksForHelp)) return false
  const program = emptyProgram()
  prepare(program, context, { writeOut: () => undefined })
  const { unknown } = program.parseOptions([...argv])
  if (unknown.length > 0) return false
  const { settings } = sessionOf(typedCommand(program), { context, argv, checkLine })
  const db = settings.db.value
  if (actingFor(settings) !== undefined || settings.asRequired.value === 'true') return false
  return isServerAddress(db) || existsSync(db)
}

function asksForHelp(word: string): boolean {
  return ['-h', '--help', '-V', '--version'].includes(word)
}

/** Parses a line of a batch once: what it was is run later, as it would run by itself. */
const checkLine: CheckLine = async (argv, { context, batch }) => {
  try {
    const words = inOwnWords(argv)
    const { program, help } = await programOfLine(words, { context, batch })
    let work: LineWork | undefined
    const ready = (found: LineWork) => {
      work = found
    }
    setInvocation(program, { context, argv: words, batch, ready, checkLine })
    await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
      if (help.length === 0) throw error
    })
    if (help.length > 0 || !work) throw helpInBatch(words)
    return { ready: readyLine(work, { argv, batch }) }
  } catch (error) {
    return { end: await failedLine(error, { argv, context, batch }) }
  }
}

function readyLine({ work, changes }: LineWork, line: { argv: readonly string[]; batch: Batch }): ReadyLine {
  const run: ReadyLine['run'] = async (context) => {
    try {
      return { exit: await work(context) }
    } catch (error) {
      return failedLine(error, { ...line, context })
    }
  }
  return { run, changes }
}

async function failedLine(
  error: unknown,
  { argv, context, batch }: { argv: readonly string[]; context: Context; batch: Batch },
): Promise<LineEnd> {
  const thrown = await inOurWords(error, argv, context)
  const { color, debug } = batch.common
  const rendered = async (json: boolean) =>
    (await reported(thrown, { argv, context, color, json, debug })).pieces
  const [text, json] = [[...(await rendered(false))].join(''), [...(await rendered(true))].join('')]
  const { exit } = await reported(thrown, { argv, context, color, json: true, debug })
  return { exit, error: { thrown, text, json } }
}

/** Grown once for all lines with the same command. */
async function programOfLine(
  argv: readonly string[],
  { context, batch }: { context: Context; batch: Batch },
): Promise<LineProgram> {
  const path = pathOfCommand(wordsIn(argv))
  const grown = path === undefined ? undefined : batch.programs.get(path)
  if (grown) {
    grown.help.length = 0
    return grown
  }
  const help: string[] = []
  const writeOut = (text: string) => help.push(text)
  const program = await programFor(argv, context, { writeOut, isLine: true })
  if (path !== undefined) batch.programs.set(path, { program, help })
  return { program, help }
}

/** The words that lead to one command; none where they end before one, or lead nowhere. */
function pathOfCommand(words: readonly string[]): string | undefined {
  const [first = ''] = words
  const path = [first]
  let node = Object.hasOwn(tree, first) ? tree[first] : undefined
  while (node && typeof node !== 'function') {
    const verb = words[words.indexOf(path.at(-1) ?? '') + 1] ?? ''
    node = verbOf(node, verb)
    path.push(verb)
  }
  return node && path.join(' ')
}

function helpInBatch(words: readonly string[]): Usage {
  const line = commandLine(words)
  return new Usage(`${line} is no command that does something.`, {
    code: 'not-in-a-batch',
    hint: 'Help is given by itself: ssh-admin --help lists the commands.',
  })
}

async function writeError(error: unknown, argv: readonly string[], context: Context): Promise<number> {
  const beforeTargets = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const json = wantsJson(beforeTargets)
  const { pieces, exit } = await reported(await inOurWords(error, argv, context), {
    argv,
    context,
    color: !beforeTargets.includes('--no-color'),
    json,
    debug: beforeTargets.includes('--debug'),
  })
  const { stderr, env } = context
  for (const piece of pieces) {
    const cleaned = cleanForTerminal(piece)
    // A line end within a text would be no JSON any more.
    await written(stderr, json ? cleaned : forStream(stderr, cleaned, env))
  }
  return exit
}

/** commander's complaints too, and a word that is no command. */
async function inOurWords(error: unknown, argv: readonly string[], context: Context): Promise<unknown> {
  const accepted = (line: Line) => acceptedLine(line, context)
  if (error instanceof NoSuchCommand) {
    const { unknownCommand } = await import('./suggestions.ts')
    return unknownCommand(error.unknown, accepted)
  }
  if (!(error instanceof CommanderError)) return error
  const { complaint } = await import('./complaints.ts')
  return complaint(rejectedInput(error, argv), accepted)
}

/** A word where a command's name is looked for. */
class NoSuchCommand extends Error {
  readonly unknown
  constructor(unknown: { argv: Line; word: string; known: readonly string[]; before: readonly string[] }) {
    super(unknown.word)
    this.unknown = unknown
  }
}

function rejectedInput(error: CommanderError, argv: Line): RejectedInput {
  return { argv, message: error.message, code: codeOf(error), command: commandOfError.get(error) }
}

const maxMended = 4

/** A line that the parser takes in the place of one that is guessed at; it is read, and not run. */
async function acceptedLine(line: Line, context: Context): Promise<Line | undefined> {
  const { linesMeant } = await import('./complaints.ts')
  let corrected: Line | undefined = line
  for (let times = 0; corrected && times < maxMended; times += 1) {
    const words = inOwnWords(corrected)
    const refused = await refusalOf(words, context)
    if (refused === undefined) return corrected
    corrected =
      refused instanceof CommanderError ? linesMeant(rejectedInput(refused, corrected))[0] : undefined
  }
  return undefined
}

async function refusalOf(words: Line, context: Context): Promise<unknown> {
  try {
    const program = await programFor(words, context, { writeOut: () => undefined, isLine: true })
    neverRun(program)
    await program.parseAsync([...words], { from: 'user' })
    return undefined
  } catch (error) {
    return error instanceof CommanderError && error.exitCode === 0 ? undefined : error
  }
}

function neverRun(command: Command): void {
  command.action(() => undefined)
  for (const part of command.commands) neverRun(part)
}

interface FailureReport {
  argv: readonly string[]
  context: Context
  color: boolean
  json: boolean
  debug: boolean
}

async function reported(error: unknown, { argv, context, color, json, debug }: FailureReport) {
  const { report } = await import('../exit.ts')
  const { lineWithNearest } = await import('./suggestions.ts')
  const { mendedLine } = await import('./mended-line.ts')
  const { err } = terminalOf(context, { color, quiet: false })
  return report(error, {
    argv,
    line: lineWithNearest(error, argv),
    mended: mendedLine(error, argv),
    view: err,
    json,
    debug,
    version,
  })
}

/** Resolves when the reader has taken it, or has left. */
function written(stream: Output, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableEnded || stream.destroyed) resolve()
    else stream.write(text, () => resolve())
  })
}

/** `--format json` is another way to say `--json`. */
function wantsJson(argv: readonly string[]): boolean {
  return (
    argv.includes('--json') || argv.includes('--format=json') || argv[argv.indexOf('--format') + 1] === 'json'
  )
}

/** `help users suspend` is another way to say `users suspend --help`; a topic goes before a noun. */
function helpAsACommandSaysIt(argv: readonly string[]): readonly string[] {
  const [first, second = '', third] = argv
  if (isTopic(second) && (third === undefined || third.startsWith('-'))) return argv
  if (first !== 'help') return argv
  const rest = argv.slice(1)
  const [group = '', ...others] = inOwnWords(rest)
  return Object.hasOwn(tree, group) ? [group, ...others, '--help'] : argv
}

/** Answers a shell that completes a line; what cannot be completed is no error. */
async function complete(typed: readonly string[], context: Context): Promise<number> {
  const { wordToComplete, suggestions, valuesAt } = await import('./completion.ts')
  const words = wordsIn(typed.slice(0, -1))
  const program = emptyProgram()
  for (const [word, node] of Object.entries(tree)) {
    program.addCommand(word === words[0] ? await growAlong(word, node, words) : nameOnly(word, node))
  }
  const { valuesFromStore } = await import('./complete-from-store.ts')
  const word = wordToComplete(program, typed)
  const values = word ? [...(await valuesFromStore(word, { typed, context })), ...valuesAt(word)] : []
  context.stdout.write(`${values.map((line) => `${line}\n`).join('')}${suggestions(program, typed)}`)
  return 0
}

/** Loads what completing after these words needs: one command, or the verbs of one noun. */
async function growAlong(word: string, node: Loader | Group, words: readonly string[]): Promise<Command> {
  if (typeof node === 'function') return node()
  const verb = words[words.indexOf(word) + 1] ?? ''
  const next = verbOf(node, verb)
  if (!next) return grow(word, node)
  return (await groupCommand(word, node)).addCommand(await growAlong(verb, next, words))
}

/** The whole command tree, every command loaded: for documentation, completion and tests. */
export async function wholeProgram(): Promise<Command> {
  const program = emptyProgram()
  for (const [word, node] of Object.entries(tree)) program.addCommand(await grow(word, node))
  return program
}

interface HelpOutput {
  writeOut: (text: string) => unknown
  /** Of a batch: nothing is listed. */
  isLine?: true
}

async function programFor(argv: readonly string[], context: Context, output: HelpOutput): Promise<Command> {
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

function emptyProgram(): Command {
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
First steps:
  $ ssh-admin centres sample centres.xlsx     an empty workbook to fill in
  $ ssh-admin centres import centres.xlsx     centres and users in, PINs out
  $ ssh-admin users show amira@school.example

ssh-admin NOUN --help says more; ssh-admin help exit-codes, help json and help settings too.
`

interface Typed {
  argv: readonly string[]
  /** Those of them that name a command. */
  words: readonly string[]
}

/** Loads the one command that the words name; its siblings only where help lists them. */
async function growFor(word: string, node: Loader | Group, typed: Typed): Promise<Command> {
  if (typeof node === 'function') return node()
  const { words, argv } = typed
  const verb = words[words.indexOf(word) + 1]
  const next = verb === undefined ? undefined : verbOf(node, verb)
  if (verb === undefined || next === undefined) {
    const group = await grow(word, node)
    if (verb !== undefined && !node.alone) {
      throw new NoSuchCommand({ argv, word: verb, known: Object.keys(node.verbs), before: [word] })
    }
    return group
  }
  return (await groupCommand(word, node)).addCommand(await growFor(verb, next, typed))
}

/** Its own verbs alone: `constructor` is none. */
function verbOf({ verbs }: Group, verb: string): Loader | Group | undefined {
  return Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
}

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
        .description(sentence(summary))
        .usage('<verb> [options]')
  group
    .enablePositionalOptions()
    .helpCommand(false)
    .configureHelp({ ...wordsOfHelp, subcommandTerm: nameAndArguments })
  if (!alone) group.action(() => group.outputHelp())
  return group
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}

/** That it takes options goes without saying: every command does. */
function nameAndArguments(command: Command): string {
  return `${command.name()} ${command.usage().replace(/\[options\] ?/, '')}`.trimEnd()
}

function nameOnly(word: string, node: Loader | Group): Command {
  const summary = typeof node === 'function' ? (summaries[word] ?? '') : node.summary
  return new Command(word).summary(summary)
}

/** commander says what is wrong, and not with which command. */
const commandOfError = new WeakMap<CommanderError, Command>()

/** Output through the context, failures as errors, and a guess at what was meant. */
function prepare(command: Command, context: Context, output: HelpOutput): void {
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

function wordsIn(argv: readonly string[]): string[] {
  return positionsIn(argv).map(({ word }) => word)
}

/** commander's code in our spelling. */
function codeOf({ code }: CommanderError): string {
  return kebabCase(code.replace(/^commander\./, ''))
}
