import type { Context } from '../../context.ts'
import { Usage } from '../../errors.ts'
import { setInvocation } from '../action.ts'
import { inOwnWords, programFor, verbOf, wordsIn } from '../program.ts'
import { tree } from '../tree.ts'
import { commandLine } from '../typed-line.ts'
import type { Batch, CheckLine, LineEnd, LineProgram, LineWork, ReadyLine } from './line.ts'
import { wordsOfLine } from './words-of-line.ts'

/** Parses a line of a batch once: what it was is run later, as it would run by itself. */
export const checkLine: CheckLine = async (text, { context, batch }) => {
  let argv: readonly string[] = []
  try {
    argv = wordsOfLine(text)
    if (argv.length === 0) return undefined
    const words = await inOwnWords(argv)
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
    return { words: argv, ready: readyLine(work, { argv, batch }) }
  } catch (error) {
    return { words: argv, end: await failedLine(error, { argv, context, batch }) }
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
  const { inOurWords, reportFailure } = await import('../report-failure.ts')
  const thrown = await inOurWords(error, argv, context)
  const { exit, pieces } = reportFailure(thrown, { argv, context, ...batch.common })
  return { exit, error: { thrown, told: [...pieces].join('') } }
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
