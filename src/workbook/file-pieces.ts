import { createHash } from 'node:crypto'
import { openPlainFile } from '../input-file.ts'

type FileHandle = Awaited<ReturnType<typeof openPlainFile>>

const pieceSize = 256 * 1024

/** Bytes, any of which can be had. */
export interface ByteSource {
  readonly size: number
  /** As many of them as there are. */
  read(from: number, to: number): Promise<Buffer>
  /** The same, as they come. */
  pieces(from: number, to: number): AsyncIterable<Buffer>
  close(): Promise<void>
}

/**
 * A large file, of which a piece at a time is read, some of them again: it need not be held, and is looked at, digested and
 * parsed as the same bytes all the same, since each piece is known by its own digest.
 */
export class FilePieces implements ByteSource {
  readonly size: number
  /** `sha256:` and the hex digest of the bytes. */
  readonly digest: string
  private readonly file: FileHandle
  private readonly digests: readonly string[]
  private readonly changed: () => Error
  private last: { position: number; bytes: Buffer } | undefined

  private constructor(
    file: FileHandle,
    {
      size,
      digest,
      digests,
      changed,
    }: Pick<FilePieces, 'size' | 'digest'> & {
      digests: readonly string[]
      changed: () => Error
    },
  ) {
    this.file = file
    this.size = size
    this.digest = digest
    this.digests = digests
    this.changed = changed
  }

  /**
   * @param start what it begins with
   * @param changed what is thrown where others write to the file meanwhile
   * @returns undefined where it begins with something else
   * @throws AbortError
   */
  static async of(
    path: string,
    { start, changed, signal }: { start: Buffer; changed: () => Error; signal: AbortSignal | undefined },
  ): Promise<FilePieces | undefined> {
    const file = await openPlainFile(path)
    try {
      const { size } = await file.stat()
      const whole = createHash('sha256')
      const digests: string[] = []
      for (let from = 0; from < size; from += pieceSize) {
        signal?.throwIfAborted()
        const piece = await readPiece(file, { from, length: Math.min(pieceSize, size - from) })
        if (piece === undefined) throw changed()
        if (from === 0 && !piece.subarray(0, start.length).equals(start)) {
          await file.close()
          return undefined
        }
        whole.update(piece)
        digests.push(digestOf(piece))
      }
      return new FilePieces(file, { size, digest: `sha256:${whole.digest('hex')}`, digests, changed })
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async read(from: number, to: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const part of this.pieces(from, to)) parts.push(part)
    const [only] = parts
    return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts)
  }

  async *pieces(from: number, to: number): AsyncGenerator<Buffer> {
    const end = Math.min(to, this.size)
    for (let at = from; at < end; ) {
      const position = Math.floor(at / pieceSize)
      const begin = position * pieceSize
      const piece = await this.pieceAt(position)
      yield piece.subarray(at - begin, end - begin)
      at = begin + pieceSize
    }
  }

  close(): Promise<void> {
    return this.file.close()
  }

  private async pieceAt(position: number): Promise<Buffer> {
    if (this.last?.position === position) return this.last.bytes
    const from = position * pieceSize
    const bytes = await readPiece(this.file, { from, length: Math.min(pieceSize, this.size - from) })
    if (bytes === undefined || digestOf(bytes) !== this.digests[position]) throw this.changed()
    this.last = { position, bytes }
    return bytes
  }
}

function digestOf(piece: Buffer): string {
  return createHash('sha256').update(piece).digest('base64')
}

/** @returns undefined where the file ends before */
async function readPiece(
  file: FileHandle,
  { from, length }: { from: number; length: number },
): Promise<Buffer | undefined> {
  const bytes = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, from + done)
    if (bytesRead === 0) return undefined
    done += bytesRead
  }
  return bytes
}
