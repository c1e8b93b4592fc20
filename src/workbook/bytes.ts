import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { UnusableWorkbook } from './errors.ts'

const maxBytes = 512 * 1024 * 1024

/** A file as it was when it was read: what is looked at, digested and parsed are the same bytes. */
export interface Contents {
  bytes: Buffer
  /** `sha256:` and the hex digest of the bytes. */
  digest: string
}

/** Reads a file, or standard input for `-`, up to 512 MB. */
export async function readContents(path: string, stdin: NodeJS.ReadableStream): Promise<Contents> {
  const chunks: Buffer[] = []
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of path === '-' ? stdin : fileStream(path)) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece
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

async function* fileStream(path: string): AsyncGenerator<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const stat = await file.stat()
      if (stat.isDirectory()) throw unreadable(path, 'is a folder, not a workbook', 'name the file in it')
      if (stat.isFile() && stat.size > maxBytes) throw tooLarge(path)
      yield* file.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })
    } finally {
      await file.close()
    }
  } catch (error) {
    throw fileError(path, error)
  }
}

function fileError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  if (error instanceof UnusableWorkbook) return error
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    return new UnusableWorkbook('workbook-not-found', `there is no file ${path}`, {
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
