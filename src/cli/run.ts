import { existsSync } from 'node:fs'
import { CommanderError } from 'commander'
import { setInvocation } from './action.ts'
import { followTree, tree } from './tree.ts'
import { actorEmail } from '../config.ts'
import type { Context } from '../context.ts'
import type { Output } from '../output.ts'
import { isTopic } from './help/topics.ts'
import type { JsonAnswer } from '../render/json.ts'
import { cleanForTerminal } from '../render/clean-text.ts'
import { wrapText } from '../render/wrap.ts'
import { isServerAddress } from '../server-address.ts'
import type { CheckLine } from './batch/line.ts'
import { reorderHelp, typedCommand } from './options.ts'
import { emptyProgram, canonicalLine, configureOutput, programFor, commandWordsIn } from './program.ts'
import { type Invocation, sessionOf } from './session.ts'
import { clearBusy, ignoreBrokenPipe, wrapForStream, terminalOf } from './terminal.ts'
import { positionsIn } from './typed-line.ts'

/** Runs one command. @param argv the words behind the program's name @returns the exit code */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  if (argv[0] === 'complete' && argv[1] === '--') {
    const { completeLine } = await import('./complete-line.ts')
    return completeLine(argv.slice(2), context)
  }
  for (const stream of [context.stdout, context.stderr]) ignoreBrokenPipe(stream)
  try {
    const typed = await canonicalHelpLine(await canonicalLine(argv))
    const words = (await showsStatus(typed, context)) ? ['status', ...typed] : typed
    const help: string[] = []
    const program = await programFor(words, context, { writeOut: (text) => help.push(text) })
    const invocation: Invocation = { context, argv: words, checkLine }
    setInvocation(program, invocation)
    await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
      // commander throws with exit code 0 after help and version.
      if (!(error instanceof CommanderError && error.exitCode === 0)) throw error
    })
    if (help.length > 0) await writeHelp(help.join(''), words, context)
    else await notifyBroaderList(argv, { words, context })
    return invocation.exit ?? 0
  } catch (error) {
    return await writeError(error, argv, context)
  }
}

const checkLine: CheckLine = async (...line) => (await import('./batch/parse-line.ts')).checkLine(...line)

/** At a terminal, says that a list holds others too, where `teachers` or `schools` was typed for its noun. */
async function notifyBroaderList(
  argv: readonly string[],
  { words, context }: { words: readonly string[]; context: Context },
): Promise<void> {
  const commandWords = commandWordsIn(words)
  if (context.stdout.isTTY !== true || commandWords[1] !== 'list' || wantsJson(words)) return
  const { broaderListNote } = await import('./words.ts')
  const note = broaderListNote(argv, commandWords)
  if (note === undefined) return
  terminalOf(context, { color: false, quiet: words.includes('-q') || words.includes('--quiet') }).say(note)
}

/** The headings of a help page, which are printed bold. */
const helpHeading = /^(?:Usage|Arguments|Commands|Options|Examples?|First steps|Options of every command):/gm

/** Wraps the notes as commander wraps its own part of the page, in a pipe too; a long page goes through the pager. */
async function writeHelp(help: string, argv: readonly string[], context: Context): Promise<void> {
  const terminal = terminalOf(context, { color: false, quiet: false })
  if (wantsJson(argv)) {
    // The name of the command or noun whose help it is; empty for the program's own help.
    const command = followTree(commandWordsIn(argv)).path.join(' ')
    const answer: JsonAnswer<'help'> = { command, text: reorderHelp(help).trimEnd() }
    const document = { ...answer, notices: [] }
    await terminal.write(`${JSON.stringify(document, null, terminal.out.isTerminal ? 2 : 0)}\n`)
    return
  }
  const text = wrapText(cleanForTerminal(reorderHelp(help)), terminal.out.width)
  if (!terminal.out.isTerminal) {
    await terminal.write(text)
    return
  }
  const { bold } = terminalOf(context, { color: !argv.includes('--no-color'), quiet: false }).out.chalk
  const { pagedOutput } = await import('./pager.ts')
  const out = pagedOutput({ terminal, context, common: { pager: !argv.includes('--no-pager') } })
  await out.write(text.replace(helpHeading, bold))
  await out.end()
}

/** ssh-admin alone, typed at a terminal by Cambridge staff where there is a store, shows its status. */
async function showsStatus(argv: readonly string[], context: Context): Promise<boolean> {
  if (context.stdout.isTTY !== true || positionsIn(argv).length > 0 || argv.some(asksForHelp)) return false
  const program = emptyProgram()
  configureOutput(program, context, { writeOut: () => undefined })
  const { unknown } = program.parseOptions([...argv])
  if (unknown.length > 0) return false
  const { settings } = sessionOf(typedCommand(program), { context, argv, checkLine })
  const db = settings.db.value
  if (actorEmail(settings) !== undefined || settings.asRequired.value === 'true') return false
  return isServerAddress(db) || existsSync(db)
}

function asksForHelp(word: string): boolean {
  return ['-h', '--help'].includes(word) || asksForVersion(word)
}

function asksForVersion(word: string): boolean {
  return word === '-V' || word === '--version'
}

async function writeError(error: unknown, argv: readonly string[], context: Context): Promise<number> {
  const beforeTargets = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const json = wantsJson(beforeTargets)
  const { translateParserError, reportFailure } = await import('./report-failure.ts')
  const { pieces, exit } = reportFailure(await translateParserError(error, argv, context), {
    argv,
    context,
    color: !beforeTargets.includes('--no-color'),
    json,
    debug: beforeTargets.includes('--debug'),
  })
  const { stderr, env } = context
  clearBusy(stderr)
  for (const piece of pieces) {
    const cleaned = cleanForTerminal(piece)
    // Wrapping would break JSON with line ends inside strings.
    await writeAndWait(stderr, json ? cleaned : wrapForStream(stderr, cleaned, env))
  }
  return exit
}

/** Resolves once the stream has written the text and everything before it, or the reader has left. */
export function writeAndWait(stream: Output, text: string): Promise<void> {
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

/**
 * `help users suspend` means `users suspend --help`, except where the word is a topic. `--version --json` means the
 * command `version`.
 */
async function canonicalHelpLine(argv: readonly string[]): Promise<readonly string[]> {
  const [first, second = '', third] = argv
  if (wantsJson(argv) && positionsIn(argv).length === 0 && argv.some(asksForVersion))
    return ['version', ...argv.filter((word) => !asksForVersion(word))]
  if (isTopic(second) && (third === undefined || third.startsWith('-'))) return argv
  if (first !== 'help') return argv
  const rest = argv.slice(1)
  const [group = '', ...others] = await canonicalLine(rest)
  return Object.hasOwn(tree, group) ? [group, ...others, '--help'] : argv
}
