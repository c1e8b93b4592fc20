import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { inputStream, openPlainFile, untilAborted } from '../input-file.ts'
import { UnusableWorkbook } from './errors.ts'
import { hintOfNearFiles } from '../nearest.ts'
import { pathInWords } from '../shell-word.ts'

const maxBytes = 512 * 1024 * 1024

/** Larger zip files are read in pieces, not held in memory: unpacking them needs the memory. */
const maxBytesInMemory = 16 * 1024 * 1024

const zipSignature = Buffer.from('PK\x03\x04', 'latin1')

/** A file as it was when it was read: detection, digest and parsing see the same bytes. */
export interface Contents {
  /** The whole file; or, for a large zip file, a source that reads it in pieces. */
  bytes: Buffer | ByteSource
  /** `sha256:` and the hex digest of the bytes. */
  digest: string
}

/** Random access to bytes. */
export interface ByteSource {
  readonly size: number
  /** Returns fewer bytes where the source ends before `to`. */
  read(from: number, to: number): Promise<Buffer>
  /** The same bytes, as a stream. */
  pieces(from: number, to: number): AsyncIterable<Buffer>
  close(): Promise<void>
}

/** A source over bytes that are in memory. */
export function bytesInMemory(bytes: Buffer): ByteSource {
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
  const large = path === '-' ? undefined : await openLargeArchive(path, signal)
  if (large !== undefined) return large
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
    throw path === '-'
      ? unusable(path, 'workbook-empty', { what: 'is empty', hint: 'pipe a workbook into the command' })
      : emptyFile(path)
  }
  return { bytes: Buffer.concat(chunks, size), digest: `sha256:${hash.digest('hex')}` }
}

/** Opens a large zip file for reading in pieces; undefined for any other file, whose faults readContents reports. */
async function openLargeArchive(
  path: string,
  signal: AbortSignal | undefined,
): Promise<Contents | undefined> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats?.isFile() || stats.size <= maxBytesInMemory || stats.size > maxBytes) return undefined
  try {
    return await openInPieces(path, signal)
  } catch (error) {
    throw fileError(path, error)
  }
}

const pieceSize = 256 * 1024

/**
 * Reads a large file in pieces, some of them more than once. Each later read is compared with the digest of that piece,
 * so that detection, digest and parsing see the same bytes although the file is not held in memory.
 * @returns undefined if the file does not begin with the signature of a zip archive
 */
async function openInPieces(path: string, signal: AbortSignal | undefined): Promise<Contents | undefined> {
  const file = await openPlainFile(path)
  const digests: string[] = []
  const whole = createHash('sha256')
  let size = 0
  const readPiece = async (from: number) => {
    const bytes = Buffer.allocUnsafeSlow(Math.min(pieceSize, size - from))
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done)
      if (bytesRead === 0) throw changedMeanwhile(path)
      done += bytesRead
    }
    return bytes
  }
  try {
    size = (await file.stat()).size
    for (let from = 0; from < size; from += pieceSize) {
      signal?.throwIfAborted()
      const piece = await readPiece(from)
      if (from === 0 && !piece.subarray(0, zipSignature.length).equals(zipSignature)) {
        await file.close()
        return undefined
      }
      whole.update(piece)
      digests.push(digestOf(piece))
    }
  } catch (error) {
    await file.close()
    throw error
  }
  let last: { position: number; bytes: Buffer } | undefined
  const pieceAt = async (position: number) => {
    if (last?.position === position) return last.bytes
    const bytes = await readPiece(position * pieceSize)
    if (digestOf(bytes) !== digests[position]) throw changedMeanwhile(path)
    last = { position, bytes }
    return bytes
  }
  async function* pieces(from: number, to: number) {
    const end = Math.min(to, size)
    for (let at = from; at < end; ) {
      const position = Math.floor(at / pieceSize)
      const begin = position * pieceSize
      const piece = await pieceAt(position)
      yield piece.subarray(at - begin, end - begin)
      at = begin + pieceSize
    }
  }
  const read = async (from: number, to: number) => {
    const parts: Buffer[] = []
    for await (const part of pieces(from, to)) parts.push(part)
    const [only] = parts
    return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts)
  }
  const bytes = { size, read, pieces, close: () => file.close() }
  return { bytes, digest: `sha256:${whole.digest('hex')}` }
}

function digestOf(piece: Buffer): string {
  return createHash('sha256').update(piece).digest('base64')
}

async function* fileStream(path: string, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
  try {
    const stats = await stat(path)
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
      hint: hintOfNearFiles(path),
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
  return unusable(path, 'workbook-unreadable', { what, hint })
}

function changedMeanwhile(path: string): UnusableWorkbook {
  return unreadable(path, 'was changed while it was read', 'wait until it is saved, and try again')
}

function tooLarge(path: string): UnusableWorkbook {
  const hint = 'copy the rows that are needed into a new workbook'
  return unusable(path, 'workbook-bomb', { what: 'is larger than 512 MB', hint })
}

/** The refusal of a file with nothing in it, or nothing but blanks. */
export function emptyFile(path: string): UnusableWorkbook {
  const hint = 'fetch it again, or save it again from Excel or LibreOffice'
  return unusable(path, 'workbook-empty', { what: 'is empty', hint })
}

/** The refusal of a file: the message says what the file is, the hint what to do. */
export function unusable(
  path: string,
  code: string,
  { what, hint }: { what: string; hint: string },
): UnusableWorkbook {
  return new UnusableWorkbook(code, `${inputName(path)} ${what}`, { hint, file: path })
}

/** The name of the input in error messages. */
export function inputName(path: string): string {
  return path === '-' ? 'the standard input' : path
}
