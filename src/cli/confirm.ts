import { Cancelled, Usage } from '../errors.ts'
import type { Session } from './session.ts'
import { commandLine, lineWithOption } from './typed-line.ts'

interface PromptOptions {
  /** The option that gives the answer without a question. */
  flag: string
  /** Whether the other options allow the question; absent: they do. */
  mayAsk?: boolean
  /** The question that would be asked. */
  question: string
  /** The words to add to the line; absent: the flag. */
  add?: readonly [option: string, ...value: string[]]
  /** The whole line that gives the answer, where adding words does not suffice. */
  line?: string
}

/** Refuses, naming the flag and the question, when nobody can be asked. */
export function requireTerminal(
  { terminal, common, argv }: Pick<Session, 'terminal' | 'common' | 'argv'>,
  { flag, mayAsk = true, question, add = [flag], line }: PromptOptions,
): void {
  if (terminal.canAsk && common.input && mayAsk) return
  const notAsked = questionOnOneLine(question)
  const message = `This needs an answer, and there is nobody to ask: say it with ${flag}. Not asked: ${notAsked}`
  throw new Usage(message, { code: 'answer-needed', hint: line ?? commandLine(lineWithOption(argv, ...add)) })
}

type ConfirmSession = Pick<
  Session,
  'terminal' | 'common' | 'foundByName' | 'notify' | 'linesAfterAnswer' | 'argv' | 'completeLines'
>

/**
 * Asks yes or no, with No as the default. No is a cancellation; where nobody can be asked, it is a usage error. --yes
 * answers the question. A rehearsal asks nothing, and says beneath its answer what would be asked.
 */
export async function confirm(
  { terminal, common, foundByName, notify, linesAfterAnswer, argv, completeLines }: ConfirmSession,
  text: string,
): Promise<void> {
  const question = [...foundByName.map(({ typed, described }) => `'${typed}' is ${described}.`), text].join(
    '\n',
  )
  if (common.dryRun) {
    const message = `You would be asked: ${question}`.trimEnd()
    notify({ code: 'would-ask', message }, [])
    linesAfterAnswer.push(...message.split('\n'))
    return
  }
  if (common.yes) return
  requireTerminal({ terminal, common, argv }, { flag: '--yes', question })
  const { askYesNo } = await import('./prompt.ts')
  if (!(await askYesNo(terminal, completeLines(question)))) throw new Cancelled()
}

const maxItems = 3
/** The gap between a label and its value in a table. */
const columnGap = / {2,}(?=\S)/

/** A question on one line. Of a list below a line that ends with a colon, only the first few items are kept. */
export function questionOnOneLine(question: string): string {
  const parts: string[] = []
  const listed: string[] = []
  const closeList = () => {
    const head = parts.at(-1)
    if (head?.endsWith(':') && listed.length > 0) parts.splice(-1, 1, `${head} ${firstItems(listed)}`)
    listed.length = 0
  }
  for (const line of question.split('\n')) {
    if (line.trim() === '') continue
    if (/^\s/.test(line)) {
      listed.push(line.trim())
      continue
    }
    closeList()
    parts.push(line.trim())
  }
  closeList()
  return parts.join(' ')
}

/** All rows of a table, or the first few items of a list. */
function firstItems(items: readonly string[]): string {
  if (items.every((item) => columnGap.test(item)))
    return `${items.map((item) => item.replace(columnGap, ' ')).join('; ')}.`
  const few = items.slice(0, maxItems).map((item) => item.replace(/\.$/, ''))
  return items.length > maxItems ? `${few.join('; ')}; …` : `${few.join('; ')}.`
}
