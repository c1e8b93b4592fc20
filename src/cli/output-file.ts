import { closeSync, existsSync, lstatSync, statSync, statfsSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { fsyncSync, isFolder, linkSync, openSync, renameSync, trySyncFolder, writeSync } from '../disk.ts'
import {
  Cancelled,
  changedMeanwhile,
  errorCodeOf,
  Failure,
  isDiskFull,
  isMissingPath,
  systemReason,
  Unavailable,
  Usage,
} from '../errors.ts'
import { runToCompletion } from '../interruption.ts'
import { ownerTag, databaseFileSuffixes, removeIfPossible } from '../unfinished-files.ts'
import type { CellToWrite, SheetToWrite } from '../workbook/sheet.ts'
import type { TableEnding, Tables } from '../workbook/write.ts'
import { storeFileRefusal, isStoreFile, isSameFile, refuseOperatorFile } from './store-files.ts'
import { noteOutput, type OutputKind, removeAbandoned, unfinishedOutputsIn } from './output-notes.ts'
import { confirm } from './confirm.ts'
import type { Session } from './session.ts'
import { pathInWords } from '../shell-word.ts'
import { sizeInWords } from '../render/text.ts'

type Pieces = AsyncIterable<string | Uint8Array> | readonly string[]

/** A text, the bytes of a file in pieces, or a function that writes them to a free path, readable by the owner only. */
type Contents = string | Pieces | { writeTo: (path: string) => Promise<void> }

/** An output file, named by the user or by this program, that is moved into place whole or not at all. */
export interface OutputFile {
  /** The path as it was typed. */
  shown: string
  path: string
  /** The path of the file until it is moved into place. */
  unfinished: string
  /** Whether a file exists there that nobody has agreed to replace. */
  asksToReplace: () => boolean
  /** Asks before an existing file is replaced, unless somebody has agreed already. */
  confirmReplacing: () => Promise<void>
  /** Writes and syncs the whole file beside its place; removes what a killed command left there. */
  prepare: (contents: Contents) => Promise<void>
  /** @param freeName gives names to try, of which the first free one is used @returns the name as it is shown */
  moveIntoPlace: (freeName?: (attempt: number) => string) => Promise<string>
  /** Removes the unfinished file; may be called at any time. */
  discard: () => void
}

interface OutputFileRequest {
  kind: OutputKind
  /** The path as it was typed. */
  file: string
  /** The option that named the file, or a noun for it, for messages. */
  flag?: string
  /** The input file, which must not be overwritten. */
  input?: string | undefined
  /** The name is chosen by this program, and will be a free one. */
  isGeneratedName?: boolean
  /** `confirmReplacing` is called later, once the work is known to be possible. */
  asksLater?: true
}

/** Checks the place of a file before any work is done for it, and asks before an existing file is replaced. */
export async function checkOutputFile(session: Session, request: OutputFileRequest): Promise<OutputFile> {
  const { context } = session
  const { file, flag = 'A file to write', input, isGeneratedName = false } = request
  if (file.trim() === '') throw new Usage(`${flag} needs the name of a file.`)
  refuseStdout(file)
  const path = resolve(context.cwd, file)
  const exists = refuseUnusablePlace(path, file)
  if (isStoreFile(path, session)) throw storeFileRefusal(file, 'Name another file, best in another folder.')
  refuseOperatorFile(file, session)
  if (input !== undefined && isSameFile(path, resolve(context.cwd, input))) {
    throw new Unavailable('file-is-the-input', `${file} is the file that is read.`, {
      hint: 'Choose another name.',
    })
  }
  const target = { kind: request.kind, shown: file, path, replaces: exists && !isGeneratedName }
  const output = outputFile(session, target)
  if (!request.asksLater) await output.confirmReplacing()
  return output
}

/** A file of this program's own, which is replaced without a question. */
export function ownOutputFile(
  session: Session,
  { kind, path }: { kind: OutputKind; path: string },
): OutputFile {
  return outputFile(session, { kind, shown: path, path, replaces: true })
}

function outputFile(
  session: Session,
  { kind, shown, path, replaces }: { kind: OutputKind; shown: string; path: string; replaces: boolean },
): OutputFile {
  const { interruption } = session.context
  const { yes, dryRun } = session.common
  let isConfirmed = !replaces || (yes && !dryRun)
  const unfinished = join(dirname(path), `.${kind}-${ownerTag()}.part${extname(path)}`)
  let removeNote: () => void = () => undefined
  const discard = () => {
    for (const part of databaseFileSuffixes) removeIfPossible(`${unfinished}${part}`)
    removeNote()
  }
  let unregisterCleanUp: () => void = () => undefined
  let isMoved = false
  return {
    shown,
    path,
    unfinished,
    asksToReplace: () => !isConfirmed && !dryRun,
    confirmReplacing: async () => {
      if (isConfirmed) return
      const stateWhenAsked = stateOfFile(path)
      await confirm(session, `${shown} is there already. Replace it?`)
      if (stateOfFile(path) !== stateWhenAsked) throw changedMeanwhile()
      isConfirmed = true
    },
    prepare: async (contents) => {
      // A change that is retried writes its file again.
      unregisterCleanUp()
      discard()
      removeAbandoned(unfinishedOutputsIn([dirname(path)], [kind]), session)
      removeNote = noteOutput(session, unfinished)
      unregisterCleanUp = interruption.onForcedExit(discard)
      try {
        if (typeof contents === 'object' && 'writeTo' in contents) await contents.writeTo(unfinished)
        else {
          const pieces = typeof contents === 'string' ? [contents] : contents
          await writeWhole(unfinished, { pieces, signal: interruption.signal })
        }
      } catch (error) {
        discard()
        throw writeRefusal(shown, error, kind)
      }
    },
    moveIntoPlace: async (freeName) => {
      const move = () => {
        if (freeName) return placeUnderFreeName(unfinished, { folder: dirname(path), freeName })
        // rename replaces a symlink and never writes through it.
        if (replaces || isMoved) renameSync(unfinished, path)
        else moveToNewName(unfinished, path)
        isMoved = true
        trySyncFolder(dirname(path))
        return shown
      }
      const what = `${shown} is being put in its place`
      if (interruption.isFinishing()) interruption.startFinishing(what)
      try {
        return await runToCompletion(interruption, { what, finish: move })
      } catch (error) {
        discard()
        throw writeRefusal(shown, error, kind)
      } finally {
        unregisterCleanUp()
        removeNote()
      }
    },
    discard: () => {
      unregisterCleanUp()
      discard()
    },
  }
}

/** Creates the file for its owner only; a signal ends the writing between two pieces. */
async function writeWhole(
  path: string,
  { pieces, signal }: { pieces: Pieces; signal: AbortSignal },
): Promise<void> {
  const file = openSync(path, 'wx', 0o600)
  try {
    let pending: Buffer[] = []
    let bytes = 0
    for await (const piece of pieces) {
      if (signal.aborted) throw new Cancelled()
      pending.push(Buffer.from(piece))
      bytes += piece.length
      if (bytes < 256 * 1024) continue
      writeSync(file, Buffer.concat(pending))
      pending = []
      bytes = 0
      // Lets the event loop run, so that Ctrl-C is noticed.
      await new Promise(setImmediate)
    }
    writeSync(file, Buffer.concat(pending))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function placeUnderFreeName(
  unfinished: string,
  { folder, freeName }: { folder: string; freeName: (attempt: number) => string },
): string {
  for (let attempt = 1; ; attempt += 1) {
    const name = freeName(attempt)
    try {
      moveToNewName(unfinished, join(folder, name))
    } catch (error) {
      if (errorCodeOf(error) === 'EEXIST') continue
      throw error
    }
    trySyncFolder(folder)
    return name
  }
}

/** Never overwrites a file that somebody has put there meanwhile: link fails where the name is taken. */
function moveToNewName(unfinished: string, path: string): void {
  try {
    linkSync(unfinished, path)
  } catch (error) {
    if (!/^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS|EMLINK|EINVAL)$/.test(errorCodeOf(error))) throw error
    // Some file systems have no hard links.
    if (existsSync(path)) throw Object.assign(new Error('exists'), { code: 'EEXIST', syscall: 'link' })
    renameSync(unfinished, path)
    return
  }
  removeIfPossible(unfinished)
}

/** @returns whether there is a file that would be replaced */
function refuseUnusablePlace(path: string, file: string): boolean {
  const folder = dirname(path)
  const parent = statOrRefuse(() => statSync(folder, { throwIfNoEntry: false }), file)
  if (!parent?.isDirectory()) throw missingFolder(folder)
  const stats = statOrRefuse(() => lstatSync(path, { throwIfNoEntry: false }), file)
  if (stats?.isSymbolicLink()) {
    throw new Unavailable('file-is-a-link', `${file} is a link to another file, and is not followed.`, {
      hint: 'Name the file itself, or another.',
    })
  }
  if (stats?.isDirectory()) throw refusalOfFolder(file)
  if (stats && !stats.isFile()) {
    throw new Unavailable('file-not-writable', `${file} is there already, and is no ordinary file.`, {
      hint: 'Choose another name.',
    })
  }
  return stats !== undefined
}

function statOrRefuse<Found>(stat: () => Found, file: string): Found {
  try {
    return stat()
  } catch (error) {
    throw writeRefusal(file, error)
  }
}

/** Identifies the file and its contents, to notice a replacement or a change. */
function stateOfFile(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false, bigint: true })
  return stats ? [stats.dev, stats.ino, stats.size, stats.mtimeNs].join(' ') : ''
}

/** The error in words of why the file cannot be written. */
function writeRefusal(file: string, error: unknown, kind?: OutputKind): unknown {
  // Only errors of the system have a system call; others, such as Ctrl-C, are reported unchanged.
  if (error instanceof Failure || !(error instanceof Error)) return error
  if (error.cause instanceof Error && 'syscall' in error.cause) return writeRefusal(file, error.cause, kind)
  // SQLite reports a full disk without a system call, where the file is a store.
  if (!('syscall' in error) && !isDiskFull(error)) return error
  const code = errorCodeOf(error)
  if (!isFolder(dirname(file)) && isMissingPath(error)) return missingFolder(dirname(file), error)
  if (code === 'EISDIR') return refusalOfFolder(file, error)
  if (code === 'EEXIST') {
    return new Unavailable('file-exists', `${file} is there already; somebody has put it there meanwhile.`, {
      hint: 'Choose another name, or move it away.',
      cause: error,
    })
  }
  if (code === 'ENAMETOOLONG') {
    return new Unavailable('file-not-writable', `The name ${file} is too long.`, {
      hint: 'Choose a shorter one.',
      cause: error,
    })
  }
  const reason = systemReason(error) ?? `the system says ${code}`
  return new Unavailable('file-not-writable', `${file} cannot be written: ${reason}.`, {
    hint: isDiskFull(error)
      ? 'Make room, then try again.'
      : // The configuration's path cannot be chosen on the command line.
        kind === 'config'
        ? 'Check who owns it and its folder; XDG_CONFIG_HOME says where that is.'
        : 'Choose another folder.',
    cause: error,
  })
}

function missingFolder(folder: string, cause?: unknown): Unavailable {
  return new Unavailable('file-no-folder', `There is no folder ${pathInWords(folder)}.`, {
    hint: 'Make the folder, or choose another.',
    cause,
  })
}

function refusalOfFolder(file: string, cause?: unknown): Unavailable {
  return new Unavailable('file-is-a-folder', `${file} is a folder.`, {
    hint: 'Add the name of a file in it.',
    cause,
  })
}

interface TableContents {
  sheets: Tables
  at: Date
  signal: AbortSignal
  /** Marks in the workbook for this program to read back. */
  marks?: readonly string[]
}

/** Writes sheets to the unfinished file in the format of its extension; a signal ends the writing between two rows. */
export async function prepareTable(
  file: OutputFile,
  { sheets: [first, ...others], at, signal, marks = [] }: TableContents,
): Promise<void> {
  const { writeTableFile } = await import('../workbook/write.ts')
  const cancellable = (sheet: SheetToWrite) => ({ ...sheet, rows: cancellableRows(sheet.rows, signal) })
  const sheets: Tables = [
    cancellable(first),
    ...others.map((sheet) => ('rows' in sheet ? cancellable(sheet) : sheet)),
  ]
  await file.prepare({ writeTo: (path) => writeTableFile(path, sheets, { creator: 'ssh-admin', at, marks }) })
}

async function* cancellableRows(
  rows: SheetToWrite['rows'],
  signal: AbortSignal,
): AsyncGenerator<readonly CellToWrite[]> {
  let count = 0
  for await (const row of rows) {
    if (signal.aborted) throw new Cancelled()
    count += 1
    // Lets the event loop run, so that Ctrl-C is noticed.
    if (count % 1000 === 0) await new Promise(setImmediate)
    yield row
  }
}

/** Refuses `-`, which elsewhere means stdout: nobody means a file of that name. */
export function refuseStdout(file: string): void {
  if (file !== '-') return
  throw new Usage('- is stdout, and this file does not go there.', {
    code: 'not-to-stdout',
    hint: 'Name a file; one that is called - is ./-.',
  })
}

/** The extension of a table file, in small letters. @throws for an unknown extension, and for stdout */
export async function tableEndingOf(file: string): Promise<TableEnding> {
  refuseStdout(file)
  const { tableEnding } = await import('../workbook/write.ts')
  return tableEnding(file)
}

/** Refuses an extension other than .xlsx and .csv, for a file that is meant to be imported again. */
export async function refuseUnimportable(file: string): Promise<void> {
  refuseStdout(file)
  const { tableEnding } = await import('../workbook/write.ts')
  if (extname(file).toLowerCase() === '.json') {
    throw new Usage(`${file} would be JSON, which an import does not read.`, {
      code: 'unknown-ending',
      hint: 'End the name with .xlsx or .csv.',
    })
  }
  tableEnding(file, ['.xlsx', '.csv'])
}

/** Refuses two options that name the same file, which the second would overwrite. @param files by their options */
export function refuseSameFileTwice(
  { context }: Session,
  files: Readonly<Record<string, string | undefined>>,
): void {
  const taken = new Map<string, string>()
  for (const [flag, file] of Object.entries(files)) {
    if (file === undefined) continue
    const path = resolve(context.cwd, file)
    const other = taken.get(path)
    if (other !== undefined) {
      throw new Usage(`${flag} ${file} is what ${other} names.`, {
        code: 'file-named-twice',
        hint: 'Choose another name.',
      })
    }
    taken.set(path, flag)
  }
}

/** Checks that the disk has room for a file of about this size. @throws `disk-full` */
export function refuseWithoutRoom(
  file: string,
  bytes: number,
  hint = 'Nothing was changed. Make room there, or name a place on another disk.',
): void {
  const { bavail, bsize } = statfsSync(dirname(file))
  const free = bavail * bsize
  if (bytes <= free) return
  throw new Unavailable(
    'disk-full',
    `${file} needs about ${sizeInWords(bytes)}, and its disk has ${sizeInWords(free)} left.`,
    { hint },
  )
}
