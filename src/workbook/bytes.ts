import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { inputStream, untilAborted } from '../input-file.ts'
import { UnusableWorkbook } from './errors.ts'
import type { ByteSource, FilePieces } from './file-pieces.ts'
import { pathInWords } from '../shell-word.ts'

const maxBytes = 512 * 1024 * 1024

/** A file that is packed as workbooks are, and larger, is not held: what is unpacked of it needs the memory. */
const maxHeld = 16 * 1024 * 1024

const startOfArchive = Buffer.from('PK\x03\x04', 'latin1')

/** A file as it was when it was read: what is looked at, digested and parsed are the same bytes. */
export interface Contents {
  /** All of it, or from where it is read in pieces: then it is a zip file. */
  bytes: Buffer | FilePieces
  /** `sha256:` and the hex digest of the bytes. */
  digest: string
}

/** Bytes that are held. */
export function heldBytes(bytes: Buffer): ByteSource {
  return {
    size: bytes.length,
    read: async (from, to) => bytes.subarray(from, to),
    async *pieces(from, to) {
      yield bytes.subarray(from, to)
    },
    close: async () => undefined,
  }
}

/** Reads a file, a pipe, or standard input for `-`, up to 512 MB. @throws AbortError once the signal is aborted */
export async function readContents(
  path: string,
  { stdin, signal }: { stdin: NodeJS.ReadableStream | undefined; signal?: AbortSignal | undefined },
): Promise<Contents> {
  const large = path === '-' ? undefined : await largeArchive(path, signal)
  if (large !== undefined) return { bytes: large, digest: large.digest }
  const chunks: Buffer[] = []
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of path === '-' && stdin ? untilAborted(stdin, signal) : fileStream(path, signal)) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(path)
    hash.update(chunk)
    chunks.push(chunk)
  }
  if (size === 0) {
    throw new UnusableWorkbook('workbook-empty', `${named(path)} is empty`, {
      hint:
        path === '-'
          ? 'pipe a workbook into the command'
          : 'fetch it again, or save it again from Excel or LibreOffice',
      file: path,
    })
  }
  return { bytes: Buffer.concat(chunks, size), digest: `sha256:${hash.digest('hex')}` }
}

/** A large file of which only pieces are read; what is wrong with any other is told by whoever reads all of it. */
async function largeArchive(path: string, signal: AbortSignal | undefined): Promise<FilePieces | undefined> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats?.isFile() || stats.size <= maxHeld || stats.size > maxBytes) return undefined
  const { FilePieces } = await import('./file-pieces.ts')
  const changed = () =>
    unreadable(path, 'was changed while it was read', 'wait until it is saved, and try again')
  try {
    return await FilePieces.of(path, { start: startOfArchive, changed, signal })
  } catch (error) {
    throw fileError(path, error)
  }
}

async function* fileStream(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  try {
    const stats = await stat(path)
    if (stats.isDirectory()) throw unreadable(path, 'is a folder, not a workbook', 'name the file in it')
    if (stats.isFile() && stats.size > maxBytes) throw tooLarge(path)
    yield* inputStream(path, signal)
  } catch (error) {
    throw fileError(path, error)
  }
}

function fileError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  if (error instanceof UnusableWorkbook || error.name === 'AbortError') return error
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    return new UnusableWorkbook('workbook-not-found', `there is no file ${pathInWords(path)}`, {
      hint: 'check the name and the folder',
      cause: error,
    })
  }
  if (error.code === 'EISDIR') return unreadable(path, 'is a folder, not a workbook', 'name the file in it')
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return unreadable(path, 'may not be read by you', 'ask its owner, or copy it to a folder of yours')
  }
  return unreadable(path, `cannot be read (${error.message})`, 'copy it to another place and try again')
}

function unreadable(path: string, what: string, hint: string): UnusableWorkbook {
  return new UnusableWorkbook('workbook-unreadable', `${path} ${what}`, { hint, file: path })
}

function tooLarge(path: string): UnusableWorkbook {
  return new UnusableWorkbook('workbook-bomb', `${named(path)} is larger than 512 MB`, {
    file: path,
    hint: 'copy the rows that are needed into a new workbook',
  })
}

/** How the words of an error name the input. */
export function named(path: string): string {
  return path === '-' ? 'the standard input' : path
}
