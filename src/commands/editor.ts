import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { decodeText, inputStream, untilAborted } from '../input-file.ts'
import { type Draft, draftFile, saveDraft } from '../cli/drafts.ts'
import { refuseStoreFileAsInput } from '../cli/store-files.ts'
import { mkdirSync, listNames, writeFileSync } from '../disk.ts'
import type { Context } from '../context.ts'
import { BadInput, Cancelled, isMissingPath, Unavailable } from '../errors.ts'
import { askYesNo } from '../cli/prompt.ts'
import type { Session } from '../cli/session.ts'
import { hintOfNearFiles } from '../nearest.ts'
import { pathInWords } from '../shell-word.ts'
import { removeIfPossible } from '../unfinished-files.ts'

/** Parses the edited text: the result, or its errors as lines. */
type ParseResult<Result> = { value: Result } | { errors: readonly string[] }

interface Editing<Result> {
  /** The file's name in the editor. */
  name: string
  /** The present text. */
  present: () => string | Promise<string>
  /** An invalid draft to continue with. */
  draft?: string | undefined
  parse: (text: string) => Promise<ParseResult<Result>>
  /** Makes the draft that is kept if nothing is saved. */
  draftOf: (text: Draft['text']) => Draft
}

/** Opens a text in the user's editor until it is valid or the user gives up. */
export async function editUntilValid<Result>(
  session: Session,
  { name, present, draft, parse, draftOf }: Editing<Result>,
): Promise<{ text: string; value: Result }> {
  const keep = (saved: Draft['text'], error: unknown) => saveDraft(session, draftOf(saved), error)
  let text = draft ?? (await editText(await present(), { name, session, keep }))
  for (;;) {
    const parsed = await parse(text)
    if ('value' in parsed) return { text, value: parsed.value }
    for (const line of parsed.errors) session.say(line)
    try {
      if (!(await askYesNo(session.terminal, 'Edit it again?'))) throw new Cancelled()
    } catch (error) {
      if (text !== draft) keep(text, error)
      throw error
    }
    text = await editText(text, { name, session, keep })
  }
}

/** Whether an invalid input file, such as a kept draft, can be opened in the editor at once. */
export function canBeEdited(from: string, { terminal, common }: Session): boolean {
  return from !== '-' && terminal.canAsk && common.input && !common.yes && !common.dryRun
}

interface EditSession {
  name: string
  session: Session
  /** Keeps the text as a draft if it cannot be saved now. */
  keep: (saved: Uint8Array, error: unknown) => void
}

/** Opens a text in the editor. If this process ends before the editor does, the file is kept as a draft. */
async function editText(text: string, { name, session, keep }: EditSession): Promise<string> {
  const { env, interruption } = session.context
  const file = fileForEditor(name, session.context)
  // The editor may still be open: its file is not deleted.
  const forget = interruption.onForcedExit(() =>
    session.terminal.warn(`What the editor saves is kept for a week: ${pathInWords(file)}`),
  )
  try {
    writeFileSync(file, text)
    await runEditor(env.VISUAL || env.EDITOR || 'vi', { file, context: session.context })
    return decoded(await readFile(file), 'What the editor saved')
  } catch (error) {
    const saved = await readFile(file).catch(() => undefined)
    const failure = session.context.signal.aborted ? new Cancelled() : error
    if (saved !== undefined && saved.toString() !== text) keep(saved, failure)
    throw failure
  } finally {
    forget()
    removeWithCopies(file)
  }
}

/** @throws `file-not-writable` */
function fileForEditor(name: string, context: Context): string {
  const file = draftFile(context, name)
  try {
    mkdirSync(dirname(file))
    return file
  } catch (cause) {
    throw new Unavailable('file-not-writable', `The folder ${dirname(file)} cannot be made.`, {
      hint: 'It is where your editor would work: set XDG_DATA_HOME to a folder of yours, or use --from FILE.',
      optionToAdd: ['--from', 'FILE'],
      cause,
    })
  }
}

/** Removes the file and the editor's swap and backup files. */
function removeWithCopies(file: string): void {
  for (const name of listNames(dirname(file)))
    if (name.includes(basename(file))) removeIfPossible(join(dirname(file), name))
}

/** Runs $EDITOR through a shell, as git does: it may have options, as in `code --wait`. */
async function runEditor(
  editor: string,
  { file, context }: { file: string; context: Context },
): Promise<void> {
  const code = await context.runProgram('sh', ['-c', `${editor} "$1"`, 'editor', file])
  if (code === 0) return
  throw new Unavailable('editor-failed', `The editor ${editor} ended with ${code}; nothing was changed.`, {
    hint: 'Set EDITOR to one that is there, or use --from FILE.',
    optionToAdd: ['--from', 'FILE'],
  })
}

/** Reads a text file, or stdin for `-`. @throws `same-file` */
export async function textFrom(from: string, session: Session): Promise<string> {
  const { context, terminal } = session
  if (from === '-') {
    return decoded(await buffer(untilAborted(terminal.stdin, context.signal)), 'What was given on stdin')
  }
  refuseStoreFileAsInput(from, session)
  let bytes: Buffer
  try {
    bytes = await buffer(inputStream(resolve(context.cwd, from), context.signal))
  } catch (cause) {
    if (context.signal.aborted) throw new Cancelled()
    const message = isMissingPath(cause)
      ? `There is no file ${pathInWords(from)}.`
      : `${from} cannot be read.`
    throw new BadInput('file-not-readable', message, {
      cause,
      hint: hintOfNearFiles(resolve(context.cwd, from)),
    })
  }
  return decoded(bytes, from)
}

function decoded(bytes: Buffer, what: string): string {
  const text = decodeText(bytes)
  if (text !== undefined) return text
  throw new BadInput('text-encoding', `${what} is neither UTF-8 nor UTF-16.`, { hint: 'Save it as UTF-8.' })
}
